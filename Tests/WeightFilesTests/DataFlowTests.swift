import SwiftProtobuf
import Testing

@testable import U2NetWeightFiles

/// Graphs are compared with that of the network that is made of their weights: a file is a U²-Net, or it is refused.
@Suite struct DataFlowTests {
  private typealias Style = ExportedModel.Style

  @Test(arguments: ExportedModel.Style.allCases)
  func exportersStyles(style: ExportedModel.Style) throws {
    let outcome = ExportedModel(style).outcome
    let normalization = style == .normalized ? "with batch normalisation" : "batch normalisation folded"
    #expect(outcome.contains("recognised: custom U²-Net") && outcome.hasSuffix(normalization), "\(outcome)")
  }

  @Test func normalizationsAreThoseOfTheirConvolutions() throws {
    let model = ExportedModel(.normalized), tensors = try model.tensors()
    #expect(tensors.count == 119 * 2 + 112 * 4)
    let values = model.model.graph.initializer.map(\.floatData)
    // The first layer's, and the last one's before the side outputs, in the order that the exporter wrote them.
    for (stage, first) in [("stage1.rebnconvin", 0), ("stage1d.rebnconv1d", 111 * 6)] {
      for (offset, name) in [
        "conv_s1.weight", "conv_s1.bias", "bn_s1.weight", "bn_s1.bias", "bn_s1.running_mean", "bn_s1.running_var",
      ].enumerated() {
        #expect(tensors["\(stage).\(name)"] == values[first + offset], "\(stage).\(name)")
      }
    }
  }

  /// A file's order of nodes is its own affair: convolutions are known by their place in the network.
  @Test func anyOrderThatWorksIsRead() throws {
    let usual = ExportedModel()
    var other = usual
    var waiting = usual.model.graph.node, ready: Set<String> = [usual.model.graph.input[0].name, ""]
    ready.formUnion(usual.model.graph.initializer.map(\.name))
    other.model.graph.node = []
    while !waiting.isEmpty {
      // The last of those whose inputs are there.
      let index = waiting.lastIndex { $0.input.allSatisfy(ready.contains) }!
      let node = waiting.remove(at: index)
      ready.formUnion(node.output)
      other.model.graph.node.append(node)
    }
    let order = { (model: ExportedModel) in model.model.graph.node.filter { $0.opType == "Conv" }.map { $0.input[1] } }
    #expect(order(usual) != order(other))
    #expect(try usual.tensors() == other.tensors())
  }

  @Test func fewerOutputsOrThoseBeforeTheSigmoidAreRead() {
    var model = ExportedModel()
    model.model.graph.output.removeLast(6)
    #expect(model.outcome.contains("recognised"))
    let last = model.index(of: "Sigmoid")
    model.model.graph.output[0].name = model.model.graph.node[last].input[0]
    #expect(model.outcome.contains("recognised"))
    model.model.graph.output = []
    #expect(model.outcome == "expected 1 to 7 outputs of the graph, found 0")
    model.model.graph.output = [.with { $0.name = "nothing" }]
    #expect(model.outcome == "output nothing: nothing in the graph makes it of the picture")
  }

  /// What `change` makes of an ordinary model.
  private func outcome(_ change: (inout ExportedModel) -> Void) -> String {
    var model = ExportedModel()
    change(&model)
    return model.outcome
  }

  /// Puts a node before input `number` of another one.
  private func insert(
    _ kind: String, before index: Int, input number: Int = 0, into model: inout ExportedModel
  ) {
    // With the attributes that a U²-Net's have.
    let usual = model.model.graph.node[model.index(of: kind)].attribute
    var node = ExportedModel.node(kind, [model.model.graph.node[index].input[number]], "odd", named: "odd")
    node.attribute = usual
    model.model.graph.node[index].input[number] = "odd"
    model.model.graph.node.insert(node, at: index)
  }

  /// Takes a node out: who read its result reads its first input.
  private func remove(_ index: Int, from model: inout ExportedModel) {
    let node = model.model.graph.node.remove(at: index)
    for other in model.model.graph.node.indices {
      model.model.graph.node[other].input = model.model.graph.node[other].input.map {
        $0 == node.output[0] ? node.input[0] : $0
      }
    }
  }

  @Test(arguments: ["Sigmoid", "Relu", "MaxPool", "Resize"], [1, 20, 60, 112, 118])
  func oneNodeMoreIsRefused(kind: String, convolution: Int) {
    let text = outcome { insert(kind, before: $0.index(of: "Conv", convolution), into: &$0) }
    #expect(text.hasPrefix("node odd, \(kind) of "), "\(text)")
  }

  @Test func whatIsExpectedIsNamed() {
    #expect(
      outcome { insert("Sigmoid", before: $0.index(of: "Conv", 1), into: &$0) }
        == "node odd, Sigmoid of Relu_1: a U²-Net has Conv En_1/1 of Relu_1 or Add of Relu, Relu_1 there")
  }

  @Test(arguments: [0, 3, 50, 111]) func aMissingReluIsRefused(number: Int) {
    let text = outcome { remove($0.index(of: "Relu", number), from: &$0) }
    #expect(text.hasPrefix("node ") && text.contains("a U²-Net has Relu of Conv_"), "\(text)")
  }

  @Test(arguments: 0..<11) func aMissingSumIsRefused(number: Int) {
    let text = outcome { remove($0.index(of: "Add", number), from: &$0) }
    #expect(text.contains("a U²-Net has Add of Relu_") && text.hasSuffix(" there"), "\(text)")
  }

  @Test(arguments: [0, 25, 50]) func inputsInAnotherOrderAreRefused(number: Int) {
    let text = outcome { model in
      let index = model.index(of: "Concat", number)
      model.model.graph.node[index].input.reverse()
    }
    #expect(text.hasPrefix("node Concat_") && text.contains(": a U²-Net has Concat of "), "\(text)")
    // Those of a sum are the same in any order.
    let sum = outcome { model in
      let index = model.index(of: "Add", number / 5)
      model.model.graph.node[index].input.reverse()
    }
    #expect(sum.contains("recognised"), "\(sum)")
  }

  @Test func othersAttributesAreRefused() {
    func text(_ kind: String, _ attributes: [String: ExportedModel.Attribute], version: Int64 = 11) -> String {
      outcome { model in
        let index = model.index(of: kind, 2)
        model.model.opsetImport[0].version = version
        model.model.graph.node[index].attribute =
          ExportedModel.node(kind, [], "", named: "", attributes).attribute
      }
    }
    let halving: [String: ExportedModel.Attribute] = ["kernel_shape": .numbers([2, 2]), "strides": .numbers([2, 2])]
    func pool(_ key: String, _ value: ExportedModel.Attribute) -> String {
      text("MaxPool", halving.merging([key: value]) { $1 })
    }
    let linear: [String: ExportedModel.Attribute] = ["mode": .text("linear")]
    #expect(text("MaxPool", halving).contains("recognised") && text("Resize", linear).contains("recognised"))
    for (text, words) in [
      (text("Resize", ["mode": .text("nearest")]), "expected mode linear, found nearest"),
      (text("Resize", [:]), "expected mode linear, found nearest"),
      (
        text("Resize", ["mode": .text("linear"), "coordinate_transformation_mode": .text("align_corners")]),
        "expected coordinate_transformation_mode half_pixel, found align_corners"
      ),
      (text("Resize", ["mode": .text("linear"), "antialias": .number(1)]), "expected antialias [0], found [1]"),
      (pool("kernel_shape", .numbers([3, 3])), "expected kernel_shape [2, 2], found [3, 3]"),
      (pool("strides", .numbers([1, 1])), "expected strides [2, 2], found [1, 1]"),
      (pool("dilations", .numbers([2, 2])), "expected dilations [1, 1], found [2, 2]"),
      (pool("pads", .numbers([1, 1, 0, 0])), "expected pads [0, 0, 0, 0], found [1, 1, 0, 0]"),
      (text("Concat", ["axis": .number(2)]), "expected axis [1], found [2]"),
    ] { #expect(text.hasPrefix("node ") && text.hasSuffix(words), "\(text)") }
  }

  /// A convolution must be the network's in all that it does, not in its weight's shape only.
  @Test func convolutionsThatGoOverTheirMapsOtherwiseAreRefused() {
    func text(_ number: Int, named name: String? = nil, _ key: String, _ value: ExportedModel.Attribute) -> String {
      outcome { model in
        let index = model.index(of: "Conv", number), node = model.model.graph.node[index]
        if let name { model.model.graph.node[index].name = name }
        model.model.graph.node[index].attribute =
          node.attribute.filter { $0.name != key } + ExportedModel.node("", [], "", named: "", [key: value]).attribute
      }
    }
    for (text, words) in [
      (text(5, "strides", .numbers([2, 2])), "expected strides [1, 1], found [2, 2]"),
      (text(118, "pads", .numbers([1, 1, 1, 1])), "expected pads [0, 0, 0, 0], found [1, 1, 1, 1]"),
      (text(0, "group", .number(3)), "expected group 1, found 3"),
      // A layer whose taps lie two apart.
      (text(7, "dilations", .numbers([1, 1])), "expected dilations [2, 2], found [1, 1]"),
      (text(3, "auto_pad", .text("VALID")), "expected auto_pad NOTSET, found VALID"),
    ] { #expect(text.hasPrefix("node Conv_") && text.contains(", Conv: \(words), which is not what "), "\(text)") }
    #expect(text(5, named: "", "strides", .numbers([2, 2])).hasPrefix("Conv number 5: expected strides"))
  }

  @Test func mapsOfOtherPlacesAreRefused() {
    // A loop: the sixth node takes what the tenth makes.
    let loop = outcome { $0.model.graph.node[5].input[0] = $0.model.graph.node[9].output[0] }
    #expect(loop.contains("neither the graph's input nor made by a node before it"), "\(loop)")
    // A skip connection from another place of the same size.
    let skip = outcome { model in
      let index = model.index(of: "Concat", 4), other = model.index(of: "Relu", 0)
      model.model.graph.node[index].input[1] = model.model.graph.node[other].output[0]
    }
    #expect(skip.contains("a U²-Net has Concat of "), "\(skip)")
    // One convolution twice.
    let twice = outcome { model in
      let index = model.index(of: "Conv", 3)
      var node = model.model.graph.node[index]
      (node.output, node.name) = (["again"], "again")
      node.input[1] = model.model.graph.node[index].input[1]
      model.model.graph.node.insert(node, at: index + 1)
      model.model.graph.node[index + 2].input[0] = "again"
    }
    #expect(twice == "not a U²-Net: expected 119 convolutions, found 120", "\(twice)")
  }

  @Test func whatIsDoneWithTheResultIsRefused() {
    let doubled = outcome { model in
      let name = model.model.graph.output[0].name
      model.model.graph.node.append(ExportedModel.node("Add", [name, name], "twice", named: "odd"))
      model.model.graph.output[0].name = "twice"
    }
    #expect(
      doubled.hasPrefix("node odd, Add of Sigmoid_") && doubled.hasSuffix("a U²-Net has nothing more there"),
      "\(doubled)")
    let reversed = outcome { $0.model.graph.output.reverse() }
    #expect(
      reversed.hasPrefix("output 1 of the graph: a U²-Net's are the fused map, then side1 to side6"), "\(reversed)")
  }

  @Test func whatLooksNeutralAndIsNotIsRefused() {
    let whole = outcome { model in
      model.model.graph.node.insert(
        ExportedModel.node("Cast", ["v0"], "bytes", named: "odd", ["to": .number(2)]), at: 0)
      model.model.graph.node[1].input[0] = "bytes"
    }
    #expect(whole.hasPrefix("node odd, Cast: it works on the picture before the first convolution"), "\(whole)")
    let own = outcome { $0.model.graph.node[1].domain = "org.example" }
    #expect(own.hasPrefix("node Relu_1, Relu: a U²-Net with batch normalisation folded in has no such"), "\(own)")
    let training = outcome { model in
      model = ExportedModel(.normalized)
      model.model.graph.node[model.index(of: "BatchNormalization", 0)].attribute = [
        .with { ($0.name, $0.f) = ("epsilon", 1e-3) }
      ]
    }
    #expect(training.hasSuffix("expected epsilon 1e-05, found 0.001"), "\(training)")
    let some = outcome { model in
      model = ExportedModel(.normalized)
      remove(model.model.graph.node.firstIndex { $0.opType == "BatchNormalization" }!, from: &model)
    }
    #expect(some.contains("a U²-Net has BatchNormalization of Conv_0 there"), "\(some)")
  }
}
