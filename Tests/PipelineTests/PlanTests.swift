import U2NetFiles
import Foundation
import U2Net
import Testing

/// What becomes of photos that come one by one.
struct PlanTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "plan-\(UUID())").path

  init() throws { try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true) }

  private func photo(_ name: String) throws -> Photo {
    try Data("x".utf8).write(to: URL(filePath: "\(folder)/in/\(name)"))
    return Photo(path: FilePath("\(folder)/in/\(name)"), stem: FilePath(name).withoutExtension, isNamed: false)
  }

  private func plan(_ out: String, _ existing: ExistingFiles? = nil) throws -> WatchPlan {
    WatchPlan([try Destination(.mask, FilePath("\(folder)/\(out)"), several: true, format: .png)], existing: existing)
  }

  private func says(_ step: WatchPlan.Step) -> String {
    switch step {
    case .job(let job): job.files.map { String(decoding: $0.name, as: UTF8.self) }.joined(separator: ",")
    case .skipped: "skipped"
    case .refused: "refused"
    case .result: "result"
    }
  }

  @Test func likeNamedPhotosComeOneAfterTheOther() throws {
    var plain = try plan("out"), numbering = try plan("out", .rename)
    let (first, second) = (try photo("a.jpg"), try photo("a.webp"))
    #expect(says(plain.plan(first)) == "a.png" && says(plain.plan(second)) == "refused")
    #expect(says(numbering.plan(first)) == "a.png" && says(numbering.plan(second)) == "a-1.png")
    // A photo that has changed is done again; one whose rival is gone is done.
    #expect(says(plain.plan(first)) == "a.png")
    try FileManager.default.removeItem(atPath: "\(folder)/in/a.jpg")
    #expect(says(plain.plan(second)) == "a.png")
  }

  @Test func resultsAmongThePhotosAreNotPhotos() throws {
    for existing in [nil, ExistingFiles.skip] {
      var plan = try plan("in", existing)
      let jpeg = try photo("b.jpg")
      #expect(says(plan.plan(jpeg)) == "b.png")
      #expect(says(plan.plan(try photo("b.png"))) == "result")
      try FileManager.default.removeItem(atPath: "\(folder)/in/b.png")
    }
    // One that an earlier run left, seen before its photo is planned.
    var plan = try plan("in", .skip)
    let (result, jpeg) = (try photo("c.png"), try photo("c.jpg"))
    plan.see(result)
    plan.see(jpeg)
    #expect(says(plan.plan(result)) == "result" && says(plan.plan(jpeg)) == "skipped")
    var alone = try self.plan("in", .overwrite)
    #expect(says(alone.plan(try photo("d.png"))) == "refused")
  }

  @Test func whatExistsIsRefusedPhotoByPhoto() throws {
    try FileManager.default.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: "\(folder)/out/e.png"))
    var strict = try plan("out", .error), usual = try plan("out")
    #expect(says(strict.plan(try photo("e.jpg"))) == "refused")
    #expect(says(strict.plan(try photo("f.jpg"))) == "f.png")
    #expect(says(usual.plan(try photo("e.jpg"))) == "refused")
    var overwriting = try plan("out", .overwrite)
    #expect(says(overwriting.plan(try photo("e.jpg"))) == "e.png")
  }
}
