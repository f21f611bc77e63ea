import Testing
import U2Net
import U2NetFiles

/// Names that people choose for results.
struct ResultNameTests {
  private func problem(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "none"
  }

  @Test func patternsHaveNameAndKind() throws {
    func path(_ pattern: String) throws -> String {
      let destination = try Destination(
        .mask, folder: "shop", names: NamePattern(pattern), as: "mask", format: .png)
      return "\(destination.path(for: Photo(path: "photos/red/mug.jpg", stem: "red/mug")))"
    }
    for (pattern, expected) in [
      ("{name}-{kind}", "shop/red/mug-mask.png"), ("{kind} of {name}", "shop/red/mask of mug.png"),
      ("{kind}.{name}.{kind}", "shop/red/mask.mug.mask.png"), ("{name}{kind}{name}", "shop/red/mugmask.png"),
    ] { #expect(try path(pattern) == expected, "\(pattern)") }
    for pattern in ["{name}", "{kind}", "a/{name}-{kind}", "{name}-{kind}-{size}", "{name}{kind}}"] {
      let problem = problem { _ = try NamePattern(pattern) }
      #expect(problem.hasPrefix("\(pattern): names "), "\(problem)")
    }
  }

  @Test func shopSetsAndMapsHaveTheirPlaces() throws {
    let photo = Photo(path: "mug.jpg", stem: "mug")
    let set = try Destination.shopSet(in: "shop", names: NamePattern("{name}-{kind}"))
    #expect(
      set.map { "\($0.path(for: photo))" } == ["shop/mug-mask.png", "shop/mug-cutout.png", "shop/mug-white.jpg"])
    let maps = try Destination.maps(in: "maps").map { "\($0.path(for: photo))" }
    #expect(maps.count == 7 && maps[0] == "maps/mug.fused.png" && maps[6] == "maps/mug.side6.png")
  }

  @Test func numbersHaveOnePlace() throws {
    for (pattern, number, name) in [
      ("a-%d.png", 7, "a-7.png"), ("a/%05d", 12, "a/00012"), ("%3d.png", 1234, "1234.png"), ("%0d", 0, "0"),
    ] { #expect("\(try NumberedNames(FilePath(pattern)).path(number))" == name, "\(pattern)") }
    for pattern in ["a.png", "%s.png", "%d-%d", "%%d", "%", "%-3d", "%99d", "%1.2d"] {
      let problem = problem { _ = try NumberedNames(FilePath(pattern)) }
      #expect(problem.hasPrefix("\(pattern): names need one place for a number"), "\(problem)")
    }
  }

  @Test func namesPromiseFormats() {
    func problem(_ name: String) -> String {
      self.problem { try FilePath(name).checkExtension(among: ["csv", "txt"], "scores are commas") }
    }
    for name in ["a.csv", "a.TXT", "a", "/dev/null"] { #expect(problem(name) == "none", "\(name)") }
    #expect(
      problem("a.png")
        == "a.png: scores are commas, and nothing else can be written here: choose a name that ends in .csv")
  }

  /// What a setting makes a difference to.
  @Test func encodingChoicesMatterToSomeResults() {
    let results: [PhotoResult.Request] = [
      .mask, .cutout, .mask(as: .webP), .cutout(as: .webP), .composite(as: .jpeg), .map(.fused),
    ]
    for (choice, matters) in [
      (EncodingSettings.Choice.maskBits, [true, false, true, false, false, true]),
      (.compression, [true, true, false, false, false, true]), (.quality, [false, false, true, true, true, false]),
      (.isLossless, [false, false, true, true, false, false]),
    ] { #expect(results.map(choice.matters) == matters, "\(choice)") }
  }
}
