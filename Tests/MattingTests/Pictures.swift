import U2NetPixels
import U2NetPlatform

func gray<Sample>(_ width: Int, _ height: Int, _ sample: (_ x: Int, _ y: Int) -> Sample) -> Image<Sample> {
  picture(width, height, .gray) { x, y, _ in sample(x, y) }
}

func picture<Sample>(
  _ width: Int, _ height: Int, _ channels: Channels, _ sample: (_ x: Int, _ y: Int, _ channel: Int) -> Sample
) -> Image<Sample> {
  Image(width: width, height: height, channels: channels) { output in
    for i in output.indices {
      let (pixel, channel) = i.quotientAndRemainder(dividingBy: channels.rawValue)
      output[i] = sample(pixel % width, pixel / width, channel)
    }
  }
}

/// Soft discs, and a photo of them in colours that vary.
func discs(width: Int, height: Int) -> (photo: Image<UInt8>, alpha: Image<UInt8>) {
  let alpha = gray(width, height) { x, y in
    let (dx, dy) = (x % 40 - 17, y % 40 - 19)
    return UInt8(max(0, min(255, 6 * (140 - dx * dx - dy * dy) / 8 + 128)))
  }
  let photo = picture(width, height, .rgb) { x, y, c in
    let a = Int(alpha.samples[y * width + x])
    let object = [200, 60, 90][c] + (x * 3 + y * (c + 1)) % 20, ground = (x * (c + 2) + y * 5 + 31 * c) % 256
    return UInt8((a * object + (255 - a) * ground) / 255)
  }
  return (photo, alpha)
}

func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count)
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
