// A folder of photos to a folder of masks and cut-outs in one call: as many at a time as cores and memory allow. What fails is
// counted and stops nothing; the manifest has a line for every photo.
//
// $ hundred-photos
// > 25 of 100
// > 50 of 100
// > 75 of 100
// > 100 of 100
// > 1 failed: photos/images/broken.png
// > 198 files

import Foundation
import Shapes
import U2Net

_ = try Shapes.write(0..<99, to: "photos")
try Data("no picture".utf8).write(to: URL(filePath: "photos/images/broken.png"))

var settings = PhotoSettings()
settings.mask.refinement = .guided
let processor = try PhotoProcessor(settings: settings, memoryLimit: 2 << 30)  // bytes, of which it plans with a half

var batch = FileBatch(["photos/images"], into: "results", results: [.mask, .cutout(as: .webP)])
batch.manifest = "results/manifest.jsonl"
let summary = try await processor.process(batch) { progress in
  if progress.done % 25 == 0 { print("\(progress.done) of \(progress.total)") }
}

let lines = try String(contentsOfFile: "results/manifest.jsonl", encoding: .utf8).split(separator: "\n")
let failed = lines.filter { $0.contains("\"failed\"") }.compactMap { $0.firstMatch(of: /"input":"([^"]+)"/)?.1 }
print("\(summary.failed) failed: \(failed.joined(separator: ", "))")
let files = try FileManager.default.contentsOfDirectory(atPath: "results").filter { !$0.hasSuffix("jsonl") }
print("\(files.count) files")
