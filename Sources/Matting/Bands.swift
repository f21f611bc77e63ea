import U2NetPlatform

/// How a picture is cut into bands of rows that are computed independently. The cut depends on the picture alone, never
/// on the number of threads, and so results do not either.
struct Bands {
  let rows: Int
  let bandHeight: Int

  /// - Parameter bandHeight: rows in each band but the last.
  init(of rows: Int, height bandHeight: Int) {
    self.rows = rows
    self.bandHeight = bandHeight
  }

  var count: Int { (rows + bandHeight - 1) / bandHeight }

  subscript(band: Int) -> Range<Int> { band * bandHeight..<min(rows, (band + 1) * bandHeight) }

  /// Calls `body` once for each band, for up to `threads` of them at a time.
  func forEach(threads: Int, _ body: (Range<Int>) -> Void) {
    inParallel(count, threads: threads) { body(self[$0]) }
  }
}

/// Calls `body` with each of `0..<jobs`, for up to `threads` of them at a time.
func inParallel(_ jobs: Int, threads: Int, _ body: (Int) -> Void) {
  // Calls with different jobs are the caller's to keep apart.
  nonisolated(unsafe) let body = body
  concurrently(jobs, atMost: threads) { body($0) }
}
