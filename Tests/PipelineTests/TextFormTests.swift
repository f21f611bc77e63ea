import Testing
import U2Net
import U2NetFiles

/// Settings as people write them.
struct TextFormTests {
  @Test func colorsHaveSeveralForms() {
    for (text, color) in [
      ("#ff8000", Color(red: 255, green: 128, blue: 0)), ("#FF800040", Color(red: 255, green: 128, blue: 0, alpha: 64)),
      ("1,2,3", Color(red: 1, green: 2, blue: 3)), ("1, 2, 3, 4", Color(red: 1, green: 2, blue: 3, alpha: 4)),
      ("White", .white), ("black", .black),
    ] {
      #expect(Color(text) == color, "\(text)")
      #expect(Color(color.description) == color)
    }
    for text in ["", "#12345", "#+12345", "1,2", "1,2,256", "1,2,,3", "+1,2,3", "red"] {
      #expect(Color(text) == nil, "\(text)")
    }
  }

  @Test func backgroundsAreColorsBlursOrFiles() {
    func form(_ text: String) -> String {
      switch CutoutSettings.Background(text) {
      case .color(let color): "\(color)"
      case .blur(let sigma): "blur \(sigma)"
      case .picture(let source): "file \(source.name)"
      case nil: "none"
      }
    }
    #expect(
      ["white", "9,9,9", "blur:8", "wall.jpg", "12"].map(form) == [
        "white", "9,9,9,255", "blur 8.0", "file wall.jpg", "file 12",
      ])
    #expect(["#12", "1,2", "blur:x", "blur:0.01", "blur:1001"].map(form) == Array(repeating: "none", count: 5))
  }

  @Test func sizesAndCurves() {
    #expect(CutoutLayout.Margin("5%") == .share(0.05) && CutoutLayout.Margin("12") == .pixels(12))
    for text in ["50%", "-1", "65501", "x"] { #expect(CutoutLayout.Margin(text) == nil, "\(text)") }
    #expect(CutoutLayout.Margin.share(0.05).description == "5%")
    #expect(RegionSize("100%") == .share(1) && RegionSize("0") == .pixels(0))
    for text in ["101%", "-1", "1.5", "%"] { #expect(RegionSize(text) == nil, "\(text)") }
    #expect(LevelCurve("5,95") == LevelCurve(black: 0.05, white: 0.95))
    #expect(LevelCurve("5,95,1.5") == LevelCurve(black: 0.05, white: 0.95, gamma: 1.5))
    for text in ["5", "95,5", "5,101", "5,95,0", "5,95,1,1", "-1,5"] { #expect(LevelCurve(text) == nil, "\(text)") }
    #expect(StageWidths("16:64")?.configuration.named.name == "lite")
    for text in ["16", "16:64,16:64", "0:64", "16:4097", "16:64:1"] { #expect(StageWidths(text) == nil, "\(text)") }
  }
}
