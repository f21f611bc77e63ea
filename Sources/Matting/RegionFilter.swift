import U2NetPixels

/// How large a region must be to stay.
public enum RegionSize: Sendable, Hashable {
  /// Its area in pixels, 0 or more.
  case pixels(Int)
  /// Of the area of the largest object region of the mask: 0…1.
  case share(Double)
}

extension Image where Sample: MaskSample {
  /// The mask without its specks: regions of the object smaller than `size`. What remains keeps its soft edges.
  ///
  /// A region is what hangs together, by sides or corners, of pixels that are at least half object. A speck takes its soft
  /// rim with it: all pixels above 0 around it, or where they lead to a region that stays, those that are nearer to the
  /// speck. A faint speck, that nowhere reaches one half, is measured by all its pixels above 0.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func removingSpecks(smallerThan size: RegionSize) -> Image {
    withoutRegions(smallerThan: size, connectivity: .eight, keepsBorder: false)
  }

  /// The mask with its small holes filled: the same as removing specks, of the background from the inverted mask.
  /// Background that reaches the border of the picture is not a hole. Regions of background hang together by sides.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func fillingHoles(smallerThan size: RegionSize) -> Image {
    var size = size
    if case .share = size {
      let object = Regions(of: self, atLeast: Sample(share: 0.5), connectivity: .eight)
      size = .pixels(size.pixels(of: object))
    }
    let filled = inverted().withoutRegions(smallerThan: size, connectivity: .four, keepsBorder: true)
    return filled.inverted()
  }

  @inline(__always)
  private func withoutRegions(
    smallerThan size: RegionSize, connectivity: Regions.Connectivity, keepsBorder: Bool
  ) -> Image {
    requireMask(self)
    let least = Sample(share: 0.5)
    let cores = Regions(of: self, atLeast: least, connectivity: connectivity)
    let supports = Regions(of: self, atLeast: .leastAboveNone, connectivity: connectivity)
    let limit = size.pixels(of: cores)
    func stays(_ region: Regions.Region) -> Bool { region.area >= limit || keepsBorder && region.touchesBorder }

    // What lies in each support: cores that stay, cores that go.
    var holds = [(staying: Bool, going: Bool)](repeating: (false, false), count: supports.regions.count)
    var support = 0
    let supportOfCoreRun = cores.runs.enumerated().map { index, run in
      while supports.runs[support].row < run.row || supports.runs[support].end <= run.start { support += 1 }
      let region = Int(supports.regionOfRun[support])
      if stays(cores.regions[Int(cores.regionOfRun[index])]) {
        holds[region].staying = true
      } else {
        holds[region].going = true
      }
      return region
    }
    let goes = zip(holds, supports.regions).map { holds, region in
      !holds.staying && (holds.going || !stays(region))
    }
    let isMixed = holds.map { $0.staying && $0.going }
    if !goes.contains(true) && !isMixed.contains(true) { return self }

    var result = samples
    result.withUnsafeMutableBufferPointer { result in
      for (index, run) in supports.runs.enumerated() where goes[Int(supports.regionOfRun[index])] {
        let row = Int(run.row) * width
        for x in Int(run.start)..<Int(run.end) { result[row + x] = .none }
      }
      guard isMixed.contains(true) else { return }
      var division = RimDivision(width: width, height: height)
      for (index, run) in supports.runs.enumerated() where isMixed[Int(supports.regionOfRun[index])] {
        division.addSoft(run)
      }
      for (index, run) in cores.runs.enumerated() where isMixed[supportOfCoreRun[index]] {
        division.addRegion(run, stays: stays(cores.regions[Int(cores.regionOfRun[index])]))
      }
      division.spread()
      division.forEachGoing { result[$0] = .none }
    }
    return Image(width: width, height: height, channels: .gray, samples: result)
  }
}

extension RegionSize {
  /// In pixels, for the regions of a mask.
  fileprivate func pixels(of regions: Regions) -> Int {
    switch self {
    case .pixels(let pixels): return pixels
    case .share(let share):
      precondition(0...1 ~= share, "a share of \(share) is not in 0...1")
      return Int((share * Double(regions.regions.map(\.area).max() ?? 0)).rounded(.up))
    }
  }
}
