import U2NetPixels

extension Image where Sample == UInt8 {
  /// The mask as rembg's `post_process_mask` makes it: opened by a plus of five pixels, blurred by a Gaussian of two pixels
  /// in double precision, cut at 127. The result is hard: 0 or 255.
  public func rembgPostProcessed(threads: Int = 1) -> Image {
    let plus = Footprint.disc(radius: 1)
    let opened = eroded(plus, threads: threads).dilated(plus, threads: threads)
    return Image(width: width, height: height, channels: .gray) { output in
      opened.samples.withUnsafeBufferPointer { input in
        GaussianBlur<Double>(sigma: 2).apply(
          width: width, height: height, channels: 1, threads: threads,
          load: { y, numbers in for x in 0..<width { numbers[x] = Double(input[y * width + x]) } },
          store: { y, numbers in for x in 0..<width { output[y * width + x] = numbers[x] < 127 ? 0 : 255 } })
      }
    }
  }
}
