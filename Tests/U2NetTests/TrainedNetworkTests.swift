import U2NetCompute
import U2NetGradients
import Dispatch
import Foundation
import U2NetPixels
import RSU
import U2NetPlatform
import U2NetSafetensors
import Synchronization
import Testing
import U2NetWeightFiles

import U2NetNetwork

/// Tensors' memory that has been freed in `weightsAreFreedOnceTransformed`.
private let freed = Atomic(0)

struct TrainedNetworkTests {
  @Test func embeddedWeightsAreLite() {
    let network = TrainedNetwork.lite
    #expect(network.configuration.name == "lite")
    #expect(network.store.count == 238 && network.storedValues == 1_125_485 && !network.isNormalized)
    #expect(network.store.metadata["source_sha256"].map(Checksum.sha256) == PretrainedWeights(.lite).checksum)
    #expect(network.store.metadata["licence"] == "Apache-2.0")
  }

  @Test(.enabled(if: haveFull, needsFull)) func cachedWeightsAreFull() throws {
    let network = try TrainedNetwork.pretrained(.full)
    #expect(network.configuration.name == "full" && network.storedValues == 43_981_069)
    #expect(network.store.metadata["source_sha256"].map(Checksum.sha256) == PretrainedWeights(.full).checksum)
  }

  @Test func absentFullWeightsSayWhatToRun() {
    #expect {
      try TrainedNetwork.pretrained(.full, cache: "/nowhere")
    } throws: { error in
      let text = "\(error)"
      return text.contains("/nowhere/u2net-full.safetensors") && text.contains("u2net weights full")
        && text.contains("make weights")
    }
  }

  /// What a change to the lite weights makes of them.
  private func failure(_ change: (inout ParameterStore) -> Void) -> String {
    var store = ParameterStore(source: "changed.pth")
    for name in TrainedNetwork.lite.store.names { store[name] = TrainedNetwork.lite.store[name] }
    change(&store)
    do {
      _ = try TrainedNetwork(store)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func misfitsAreNamed() {
    let name = "stage3d.rebnconv2d.conv_s1.weight"
    #expect(failure { _ in } == "no error")
    let missing = failure { $0[name] = nil }
    #expect(missing.contains("changed.pth") && missing.contains(name) && missing.contains("[16, 32, 3, 3]"))
    let misshaped = failure { $0[name] = Tensor(shape: [16, 32, 3], [Float](repeating: 0, count: 1536)) }
    #expect(misshaped.contains(name) && misshaped.contains("expected shape [16, 32, 3, 3], found [16, 32, 3]"))
    let odd = failure { $0["stage1.rebnconv1.conv_s1.weight"] = Tensor(shape: [1], [0]) }
    #expect(odd.contains("stage1.rebnconv1.conv_s1.weight") && odd.contains("found [1]"))
    let stray = failure { $0["head.weight"] = Tensor(shape: [1], [0]) }
    #expect(stray.contains("head.weight") && stray.contains("unexpected"))
    let broken = failure { $0["side6.bias"] = Tensor(shape: [1], [Float.nan]) }
    #expect(broken.contains("side6.bias") && broken.contains("NaN"))
    // Batch normalisation of one layer only: the other 111 are missing.
    let partial = failure { store in
      for part in ["weight", "bias", "running_mean", "running_var"] {
        store["stage1.rebnconvin.bn_s1.\(part)"] = Tensor(shape: [64], [Float](repeating: 1, count: 64))
      }
    }
    #expect(partial.contains("stage1.rebnconv1.bn_s1.weight") && partial.contains("missing"))
    #expect(failure { $0 = ParameterStore(source: "empty.pth") }.contains("empty.pth"))
    let infinite = failure { $0["side1.bias"] = Tensor(shape: [1], [Float.infinity]) }
    #expect(infinite.contains("side1.bias"))
    // Framework bookkeeping is not a misfit.
    #expect(failure { $0["stage1.rebnconvin.bn_s1.num_batches_tracked"] = Tensor(shape: [], [3]) } == "no error")
  }

  /// The lite weights under other names, and what else `add` puts beside them.
  private func renamed(
    _ rename: (String) -> String, add: (inout ParameterStore) -> Void = { _ in }
  ) throws -> TrainedNetwork {
    var store = ParameterStore(source: "renamed.ckpt")
    for name in TrainedNetwork.lite.store.names { store[rename(name)] = TrainedNetwork.lite.store[name] }
    add(&store)
    return try TrainedNetwork(store)
  }

  /// Lightning puts the attribute's name before a network's tensors, torch.compile "_orig_mod.", both what they wrap.
  @Test(arguments: [
    "net.", "model.", "_orig_mod.", "model._orig_mod.", "_orig_mod.module.", "a.b.c.", "module.net._orig_mod.",
  ]) func namesOfFrameworksAreLeftOut(prefix: String) throws {
    let network = try renamed {
      prefix + $0
    } add: { store in
      if prefix != "_orig_mod." { store["criterion.weight"] = Tensor(shape: [1], [1]) }  // Beside the network.
      store["\(prefix)stage1.rebnconvin.bn_s1.num_batches_tracked"] = Tensor(shape: [], [3])
    }
    #expect(network.configuration.name == "lite")
    #expect(network.store.names.sorted() == TrainedNetwork.lite.store.names.sorted())
    #expect(network.store["side1.bias"]!.values == TrainedNetwork.lite.store["side1.bias"]!.values)
  }

  @Test func compiledPartsAreRecognised() throws {
    let network = try renamed {
      $0.replacing("stage3.", with: "stage3._orig_mod.").replacing("stage1d", with: "stage1d._orig_mod")
    }
    #expect(network.store.names.sorted() == TrainedNetwork.lite.store.names.sorted())
  }

  @Test func otherwiseTheKeysFoundAreNamed() {
    func message(_ body: () throws -> TrainedNetwork) -> String {
      do { return "\(try body().configuration.name)" } catch { return "\(error)" }
    }
    let several = message {
      try renamed {
        "net.\($0)"
      } add: { store in
        for name in TrainedNetwork.lite.store.names { store["ema.\(name)"] = TrainedNetwork.lite.store[name] }
      }
    }
    #expect(several == "renamed.ckpt: expected one network, found several, under ema.…, net.…")
    var other = ParameterStore(source: "other.pth")
    for n in 10..<30 { other["layer\(n).weight"] = Tensor(shape: [1], [1]) }
    let keys = message { try TrainedNetwork(other) }
    #expect(keys.contains("layer10.weight, layer11.weight") && keys.contains("(20 in all)"), "\(keys)")
    // A stray tensor of the network itself is still one.
    let stray = message {
      try renamed {
        "net.\($0)"
      } add: {
        $0["net.head.weight"] = Tensor(shape: [1], [0])
      }
    }
    #expect(stray.contains("head.weight: unexpected"), "\(stray)")
  }

  /// A prepared detector keeps no second copy of weights that nobody else holds, and needs neither them nor their file for
  /// callers that come later.
  @Test func weightsAreFreedOnceTransformed() throws {
    final class Watched { deinit { freed.add(1, ordering: .relaxed) } }
    freed.store(0, ordering: .relaxed)
    var store = ParameterStore(source: "watched"), large = 0
    for name in TrainedNetwork.lite.store.names {
      let tensor = TrainedNetwork.lite.store[name]!
      let memory = Watched()
      large += tensor.shape.count == 4 && tensor.shape[0] > 1 && tensor.shape[2] == 3 ? 1 : 0
      store[name] = tensor.withUnsafeBufferPointer { values in
        Tensor(shape: tensor.shape, base: values.baseAddress!, owner: memory)
      }
    }
    var options = SaliencyDetector.Options()
    (options.inputSize, options.threads, options.photosAtOnce) = (64, 1, 2)
    let detector = SaliencyDetector(try TrainedNetwork(consume store), options: options)
    let photo = Image<UInt8>(width: 64, height: 64, channels: .rgb, samples: (0..<3 * 64 * 64).map { UInt8($0 % 251) })
    let first = detector.detect(in: photo)
    #expect(freed.load(ordering: .relaxed) >= large, "of \(large)")
    // A second caller at the same time shares what there is.
    let others = Mutex<[[Float]]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      let samples = detector.detect(in: photo).maps[.fused]!.samples
      others.withLock { $0.append(samples) }
    }
    #expect(others.withLock { $0.allSatisfy { $0 == first.maps[.fused]!.samples } })
  }

  /// Overwritten or cut in place, a file changes nothing for whoever has read it.
  @Test func aDetectorDoesNotDependOnItsFile() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Safetensors.write(TrainedNetwork.lite.store, to: path)
    var options = SaliencyDetector.Options()
    (options.inputSize, options.threads, options.photosAtOnce, options.isForOnePhoto) = (64, 1, 2, true)
    let detector = SaliencyDetector(try TrainedNetwork(safetensors: path), options: options)
    #expect(truncate(path, 0) == 0)
    let photo = Image<UInt8>(width: 64, height: 64, channels: .rgb, samples: (0..<3 * 64 * 64).map { UInt8($0 % 251) })
    let own = SaliencyDetector(.lite, options: options).detect(in: photo)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      #expect(detector.detect(in: photo).maps[.fused]!.samples == own.maps[.fused]!.samples)
    }
  }

  @Test func aGraphWithOtherConvolutionsIsRefused() {
    let convolution = (name: "1", weight: Tensor(shape: [1, 1, 1, 1], [1]), bias: Tensor(shape: [1], [1]))
    #expect {
      try TrainedNetwork.store(naming: [convolution, convolution], source: "other.onnx")
    } throws: { "\($0)".contains("other.onnx") && "\($0)".contains("expected 119 convolutions, found 2") }
  }

  /// Fresh values for every layer, as a checkpoint holds them.
  private func store(_ configuration: Configuration) -> ParameterStore {
    var store = ParameterStore(source: "blocks", metadata: [Configuration.metadataKey: configuration.text])
    var generator = SplitMix64(seed: 3)
    for (name, layer) in TrainableParameters(configuration.outline().map(\.layer), using: &generator).networkParameters
    {
      let names = ParameterNames(name)
      (store[names.weight], store[names.bias]) = (layer.weight, layer.bias)
      guard let normalization = layer.normalization else { continue }
      (store[names.gamma], store[names.beta]) = (normalization.gamma, normalization.beta)
      (store[names.mean], store[names.variance]) = (normalization.mean, normalization.variance)
    }
    return store
  }

  /// Networks of all blocks come back from files and run, whatever their widths.
  @Test(arguments: BlockKinds.builtIn.all) func blocksAreReadFromMetadata(_ kind: BlockKind) throws {
    let stages = (0..<11).map { (3 + $0 % 3, 5 + $0 % 4) }
    let configuration = Configuration.custom(blocks: kind, channels: stages)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Safetensors.write(store(configuration), to: file)
    let network = try TrainedNetwork(Safetensors.read(path: file))
    #expect(network.configuration.text == configuration.text && network.isNormalized)
    for (height, width) in [(32, 32), (47, 33)] {
      let predictor = Predictor(PreparedNetwork(network), height: height, width: width, maps: .all, threads: 2)
      formulaInput("pattern", height: height, width: width).withUnsafeBufferPointer(predictor.run)
      for map in 0..<7 { #expect(predictor.map(map).allSatisfy { $0 > 0 && $0 < 1 }) }
    }
    var damaged = store(configuration)
    let name = ParameterNames(configuration.outline()[3].layer.name).weight
    damaged[name] = nil
    #expect {
      try TrainedNetwork(damaged)
    } throws: { "\($0)".contains(name) && "\($0)".contains("missing") }
    // Without metadata the blocks are taken for residual U-blocks.
    var plain = store(configuration)
    plain.metadata = [:]
    if kind == .rsu {
      #expect(try TrainedNetwork(plain).configuration.name == "custom")
    } else if kind != .niv {  // Whose tensors are those of residual U-blocks.
      #expect(throws: WeightFileError.self) { try TrainedNetwork(plain) }
    }
  }

  struct Narrow: Decodable {
    let height, width: Int
    let maps: [[Float]]
  }

  /// Checkpoints with batch normalisation and other widths, written by PyTorch in both of its containers, compute what
  /// PyTorch computes (make_checkpoints.py); converted to safetensors and read back, too.
  @Test(arguments: ["narrow.zip.pth", "narrow.legacy.pth"]) func checkpointsComputeWhatPyTorchDoes(_ name: String)
    throws
  {
    let expected: Narrow = try golden("golden_narrow.json")
    guard case .named(let store) = try WeightFile.read(path: fixtures.appending(path: name).path).contents else {
      Issue.record("\(name) holds no named tensors")
      return
    }
    let network = try TrainedNetwork(store)
    #expect(network.configuration.name == "custom" && network.isNormalized && network.store.count == 238 + 448)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Safetensors.write(network.store, to: file)
    for network in [network, try TrainedNetwork(Safetensors.read(path: file))] {
      let predictor = Predictor(
        PreparedNetwork(network), height: expected.height, width: expected.width, maps: .all, threads: 2)
      let input = (0..<3 * expected.height * expected.width).map { index -> Float in
        let (c, pixel) = index.quotientAndRemainder(dividingBy: expected.height * expected.width)
        return Float((7 * (pixel % expected.width) + 13 * (pixel / expected.width) + 29 * c) % 256) / 128 - 1
      }
      input.withUnsafeBufferPointer(predictor.run)
      for (map, values) in expected.maps.enumerated() {
        let difference = zip(predictor.map(map), values).map { abs($0 - $1) }.max()!
        #expect(difference < 1e-4, "\(name), map \(map)")
      }
    }
  }
}
