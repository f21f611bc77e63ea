extension Duration {
  public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

  public var inMilliseconds: Double { Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15 }
}
