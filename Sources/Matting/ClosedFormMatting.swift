internal import U2NetCMatting
import U2NetPixels

/// Alpha from a photo and a trimap: closed-form matting (Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural
/// Image Matting", 2008) with the equations of pymatting's `estimate_alpha_cf`: in every window of 3 x 3 pixels alpha is
/// nearly a linear function of the colours. Known pixels stay as they are; the unknown ones are solved for.
///
/// Memory: about 160 bytes for each unknown pixel, and 1 for each pixel.
public enum ClosedFormMatting {
  /// pymatting adds it before it divides by the 9 pixels of a window.
  private static let epsilon = 1e-7

  /// Bytes that solving for so many unknown pixels takes, beside photo and trimap.
  /// - Parameters:
  ///   - unknown: pixels that are neither object nor background for certain.
  ///   - pixels: all of them.
  public static func memory(unknown: Int, ofPixels pixels: Int) -> Int { 160 * unknown + pixels }

  /// The trimap's alpha, with the unknown part from the photo. Where nothing is unknown that is the trimap as it is.
  ///
  /// - Parameters:
  ///   - photo: of any channels; alpha of its own is ignored.
  ///   - trimap: grey, of the photo's size: 230 and above object, 25 and below background, unknown between.
  ///   - tolerance: the residual to stop at, as a part of the first. 3e-6 leaves alpha of photos a few levels of 255
  ///     off in the worst pixels; 1e-6 up to 2, and pymatting's 1e-7 up to 1, for a third more time each.
  ///   - maximumSteps: of conjugate gradients; photos take 80 to 200.
  ///   - threads: that work on it.
  ///   - memoryLimit: bytes that it may take.
  /// - Returns: grey, 0 background … full object; the same for any number of threads.
  /// - Throws: `MattingError`: a photo less than 3 pixels wide or high or of more than 2 gigapixels, a trimap that knows no object or no background
  ///   (so one that knows nothing), samples that are not numbers, too little memory.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public static func alpha<Sample: MaskSample>(
    of photo: Image<Sample>, trimap: Image<UInt8>, tolerance: Double = 3e-6, maximumSteps: Int = 2000, threads: Int = 1,
    memoryLimit: Int = .max
  ) throws(MattingError) -> Image<Sample> {
    try solved(photo, trimap, threads: threads, memoryLimit: memoryLimit) { solver, _ throws(MattingError) in
      try solver.solve(tolerance: tolerance, maximumSteps: maximumSteps)
    }
  }

  /// As `alpha`, where single pixels say something of their alpha, too; up to a residual of 1e-4.
  static func alpha(
    of photo: Image<Float>, trimap: Image<UInt8>, evidence: Evidence, threads: Int, memoryLimit: Int
  ) throws(MattingError) -> Image<Float> {
    try solved(photo, trimap, evidence: evidence, threads: threads, memoryLimit: memoryLimit) {
      solver, _ throws(MattingError) in
      try solver.solve(tolerance: 1e-4, maximumSteps: 500)
    }
  }

  /// - Parameters:
  ///   - evidence: what single pixels say of their alpha.
  ///   - solve: alpha by place.
  @inline(__always)
  static func solved<Sample: MaskSample>(
    _ photo: Image<Sample>, _ trimap: Image<UInt8>, evidence: Evidence? = nil, threads: Int, memoryLimit: Int,
    _ solve: (MattingSolver, UnknownPixels) throws(MattingError) -> [Double]
  ) throws(MattingError) -> Image<Sample> {
    requireMask(trimap, of: photo)
    guard photo.width >= 3, photo.height >= 3 else {
      throw .photoTooSmall(width: photo.width, height: photo.height)
    }
    // Places of unknown pixels, which have a rim of two pixels, are counted in 32 bits.
    guard (photo.width + 4) * (photo.height + 4) < Int(Int32.max) else {
      throw .photoTooLarge(width: photo.width, height: photo.height)
    }
    let foreground = trimap.runs { $0 >= 230 }
    let unknown = trimap.runs { $0 < 230 && $0 > 25 }
    guard foreground.contains(where: { !$0.isEmpty }) else { throw .noKnownForeground }
    guard trimap.samples.contains(where: { $0 <= 25 }) else { throw .noKnownBackground }

    let count = unknown.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
    let needed = memory(unknown: count, ofPixels: photo.width * photo.height)
    guard needed <= memoryLimit else { throw .outOfMemory(needed: needed, available: memoryLimit) }
    let pixels = UnknownPixels(rows: unknown)
    let level = MultigridLevel(pixels)
    addLaplacian(of: photo, to: level, threads: threads)
    let solver = MattingSolver(level, foreground: foreground, evidence: evidence, threads: threads)
    let alpha = try solve(solver, pixels)
    return Image(width: photo.width, height: photo.height, channels: .gray) { output in
      let output = output.baseAddress!
      output.update(repeating: .none, count: photo.width * photo.height)
      for (y, row) in foreground.enumerated() {
        for columns in row {
          (output + y * photo.width + columns.lowerBound).update(repeating: .full, count: columns.count)
        }
      }
      for run in pixels.runs {
        let (row, base) = (Int(run.row) * photo.width, Int(run.base.2))
        for x in Int(run.start)..<Int(run.end) { output[row + x] = Sample(share: Float(alpha[base + x])) }
      }
    }
  }

  @inline(__always)
  private static func addLaplacian<Sample: MaskSample>(of photo: Image<Sample>, to level: MultigridLevel, threads: Int)
  {
    let (width, pixels) = (photo.width, level.pixels)
    // A row of windows writes to three rows of pixels, so neighbouring bands must not be computed at once.
    let bands = Bands(of: photo.height, height: 32)
    photo.withPixels { photo in
      for parity in 0...1 {
        inParallel((bands.count + 1 - parity) / 2, threads: threads) { index in
          let colors = UnsafeMutablePointer<SIMD4<Double>>.allocate(capacity: 3 * width)
          defer { colors.deallocate() }
          let rows = (0..<3).map {
            UnsafePointer(UnsafeMutableRawPointer(colors + $0 * width).assumingMemoryBound(to: Double.self))
              as UnsafePointer<Double>?
          }
          for y in bands[2 * index + parity] where y > 0 && y < bands.rows - 1 {
            for columns in UnknownPixels.union(pixels.rows, around: y, reach: 1) {
              let columns = columns.clamped(to: 1..<width - 1)
              for row in 0..<3 {
                for x in columns.lowerBound - 1..<columns.upperBound + 1 {
                  colors[row * width + x] = photo.precise((y + row - 1) * width + x)
                }
              }
              let bases = (-1...1).map { Int32(pixels.base(ofRow: y + $0, column: columns.lowerBound)) }
              cm_laplacian(
                columns.lowerBound, columns.upperBound, bases, rows, epsilon, level.weights, pixels.places)
            }
          }
        }
      }
    }
  }
}

extension Image where Sample == UInt8 {
  /// For each row of a mask, the columns whose samples are `included`, from the left, not touching.
  fileprivate func runs(where included: (UInt8) -> Bool) -> [[Range<Int>]] {
    samples.withUnsafeBufferPointer { samples in
      (0..<height).map { y in
        var row: [Range<Int>] = []
        var x = 0
        while x < width {
          while x < width, !included(samples[y * width + x]) { x += 1 }
          let start = x
          while x < width, included(samples[y * width + x]) { x += 1 }
          if start < x { row.append(start..<x) }
        }
        return row
      }
    }
  }
}
