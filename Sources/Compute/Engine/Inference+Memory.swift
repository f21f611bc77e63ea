extension Inference {
  /// Bytes of the maps of a pass over `graph`: what each caller at the same time takes beside the weights.
  public static func mapBytes(_ graph: Graph, outputs: [Graph.ID], kernels: Kernels = .fastest) -> Int {
    var options = Options()
    options.kernels = kernels
    let buffers = options.schedule(graph, outputs: outputs).buffers(lanes: kernels.lanes).buffers
    return ArenaPlan(buffers).count * MemoryLayout<Float>.size
  }
}
