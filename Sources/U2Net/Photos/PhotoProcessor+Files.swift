internal import U2NetFiles

extension PhotoProcessor {
  /// Makes all results of a photo and writes their files, together at the end: a photo whose third result cannot be made has
  /// none. What goes wrong is in the report.
  /// - Parameters:
  ///   - willWrite: called when all is made, before the first file is written.
  ///   - remark: told what the user should know about a photo that does not fail.
  package func report(
    _ job: PhotoJob, willWrite: () -> Void = {}, remark: (String) -> Void
  ) -> PhotoReport {
    let source = PhotoSource.file(job.photo.path, stem: job.photo.stem)
    var report = PhotoReport(input: "\(job.photo.path)", outputs: job.results.map { "\($0.path)" })
    do {
      let done = try process(source, job.requests, &report, { remark("\(source.name): \($0)") }) { photo in
        var watch = StepWatch()
        willWrite()
        let written = try job.write(photo.files.map(\.bytes))
        return (time: watch.lap(), written: written)
      }
      report.milliseconds!.encode += done.time
      report.outputs = done.written.results.map { "\($0.path)" }
    } catch {
      report.fail(error, name: source.name)
    }
    return report
  }
}

extension PhotoJob {
  package var requests: [PhotoResult.Request] {
    results.map {
      var request = PhotoResult.Request($0.kind, as: $0.format, name: "\($0.path)")
      request.isMarked = true
      return request
    }
  }
}
