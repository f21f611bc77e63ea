import U2NetFiles
import Foundation
import U2Net
import Testing

/// What becomes of photos that come one by one.
struct PlanTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "plan-\(UUID())").path

  init() throws { try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true) }

  private func photo(_ name: String) throws -> Photo {
    let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    let bytes = name.hasSuffix(".png") ? signature : [0x78]
    try Data(bytes).write(to: URL(filePath: "\(folder)/in/\(name)"))
    return Photo(path: FilePath("\(folder)/in/\(name)"), stem: FilePath(name).withoutExtension, isNamed: false)
  }

  private func plan(_ out: String, _ existing: ExistingFiles? = nil) throws -> WatchPlan {
    WatchPlan([try Destination(.mask, FilePath("\(folder)/\(out)"), several: true, format: .png)], existing: existing)
  }

  private func says(_ decision: WatchPlan.Decision) -> String {
    switch decision {
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

  private func picture(_ name: String, _ image: Image<UInt8>) throws -> Photo {
    let photo = try photo(name)
    let bytes = name.hasSuffix(".jpg") ? try image.jpegData(source: name) : image.pngData()
    try Data(bytes).write(to: URL(filePath: "\(photo.path)"))
    return photo
  }

  /// The photo as a search would find it, with its mark.
  private func found(_ name: String) -> Photo {
    let path = FilePath("\(folder)/in/\(name)")
    return Photo(path: path, stem: FilePath(name).withoutExtension, isNamed: false, mark: ResultMark(file: path))
  }

  /// Makes the results that a decision asks for.
  private func make(_ decision: WatchPlan.Decision) throws -> String {
    if case .job(let job) = decision {
      let report = try PhotoProcessor().report(job) { _ in }
      #expect(report.status == .ok, "\(report.error ?? "")")
    }
    return says(decision)
  }

  /// Whatever is called like a result: marks decide, and without one what it looks like.
  @Test func marksTellResultsFromPhotos() throws {
    let jpeg = try picture("d.jpg", disc()), png = try picture("d.png", disc())
    for existing in [ExistingFiles.skip, .overwrite] {
      var plan = try plan("in", existing)
      plan.see(jpeg)
      plan.see(png)
      // A photo that is called as the result of another is a photo, and stays what it is.
      #expect(says(plan.plan(png)) == "refused" && says(plan.plan(jpeg)) == "refused", "\(existing)")
    }
    var numbering = try plan("in", .rename)
    #expect(try make(numbering.plan(jpeg)) == "d-1.png" && make(numbering.plan(png)) == "d-2.png")
    for existing in ExistingFiles.allCases {
      var plan = try plan("in", existing)
      for name in ["d-1.png", "d-2.png"] {
        #expect(found(name).mark != nil && says(plan.plan(found(name))) == "result", "\(existing)")
      }
      plan.see(jpeg)
      plan.see(png)
      let expected: [ExistingFiles: [String]] = [.skip: ["skipped", "skipped"], .rename: ["d-3.png", "d-4.png"]]
      #expect(
        [plan.plan(jpeg), plan.plan(png)].map(says) == expected[existing] ?? ["refused", "refused"], "\(existing)")
    }
    // An older version's, without a mark: grey, and of the photo's size.
    let photo = try picture("e.jpg", disc())
    let old = try picture("e.png", disc().plane(0)), number = try picture("e-1.png", disc().plane(0))
    let other = try picture("e-2.png", disc(width: 60).plane(0))
    for existing in [ExistingFiles.skip, .rename] {
      var plan = try plan("in", existing)
      for each in [photo, old, number, other] { plan.see(each) }
      #expect(says(plan.plan(old)) == "result" && says(plan.plan(number)) == "result")
      #expect(says(plan.plan(other)) == (existing == .skip ? "refused" : "e-2-1.png"))
      #expect(says(plan.plan(photo)) == (existing == .skip ? "skipped" : "e-3.png"))
    }
  }

  /// A picture that somebody puts in a result's place while the folder is watched.
  @Test func aPictureInAResultsPlaceIsAPhoto() throws {
    var plan = try plan("in", .skip)
    let photo = try picture("f.jpg", disc())
    #expect(try make(plan.plan(photo)) == "f.png" && says(plan.plan(found("f.png"))) == "result")
    let own = try picture("f.png", disc())
    #expect(says(plan.plan(own)) == "refused" && says(plan.plan(photo)) == "refused")
  }

  /// In the watch of a folder whose results lie elsewhere, too, a result of another photo is not this one's.
  @Test func likeNamedPhotosAfterAnEarlierRun() throws {
    let first = try picture("g.jpg", disc()), second = try picture("g.png", disc(width: 90))
    var numbering = try plan("out", .rename)
    for (photo, name) in [(first, "g.png"), (second, "g-1.png")] {
      let decision = numbering.plan(photo)
      if case .job(let job) = decision { try job.makeFolders() }
      #expect(try make(decision) == name)
    }
    var again = try plan("out", .skip)
    again.see(first)
    again.see(second)
    #expect(says(again.plan(first)) == "skipped" && says(again.plan(second)) == "skipped")
    try FileManager.default.removeItem(atPath: "\(folder)/out/g-1.png")
    var missing = try plan("out", .skip)
    missing.see(first)
    missing.see(second)
    #expect(says(missing.plan(second)) == "refused" && says(missing.plan(first)) == "skipped")
  }
}
