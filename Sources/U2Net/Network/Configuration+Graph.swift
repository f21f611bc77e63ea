import U2NetCompute

extension Configuration {
  /// What `engine` makes of the network: its maps before the sigmoid, the fused one first, if there is one.
  package func logits<E: Engine>(of picture: E.FeatureMap, on engine: E) -> [E.FeatureMap] {
    U2Net(self)(picture, on: engine).all
  }

  /// The network written down for pictures of a size, with a sigmoid after each of its maps.
  /// - Returns: the graph, and of it the fused map, if there is one, and side1 … side6 as probabilities.
  package func graph(height: Int, width: Int) -> (graph: Graph, outputs: [Graph.ID]) {
    let recorder = GraphRecorder()
    let picture = recorder.input(MapShape(channels: pictureChannels, height: height, width: width))
    let outputs = logits(of: picture, on: recorder).map(recorder.sigmoid)
    return (recorder.graph, outputs)
  }
}
