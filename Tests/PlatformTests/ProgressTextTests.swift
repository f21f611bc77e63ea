import Testing
import U2NetPlatform

struct ProgressTextTests {
  private let start = ContinuousClock.now

  @Test func aBarIsRewrittenAndClearedOnce() {
    var text = ProgressText(.bar, total: 3, at: start)
    text.remark = "loss 1"
    let first = text.advance(failed: true, at: start + .seconds(1))
    #expect(first.hasPrefix("\r\u{1B}[K") && first.contains("1/3") && first.hasSuffix("1 failed  loss 1"))
    // Too soon for another, and the last one in any case.
    #expect(text.advance(failed: false, at: start + .milliseconds(1050)).isEmpty)
    #expect(text.timeLeft(at: start + .seconds(2)) == "0:01")
    #expect(text.advance(failed: false, at: start + .milliseconds(1060)).contains("3/3"))
    #expect(text.cleared() == "\r\u{1B}[K" && text.cleared().isEmpty)
  }

  @Test func scriptsGetLines() {
    var text = ProgressText(.json, total: 1, at: start)
    text.expect(1)
    let line = text.advance(failed: false, at: start + .seconds(1))
    #expect(line.hasPrefix("{\"done\":1,\"total\":2,") && line.hasSuffix("}\n") && text.cleared().isEmpty)
    var silent = ProgressText(.none, total: 1, at: start)
    #expect(silent.advance(failed: false, at: start + .seconds(1)).isEmpty && silent.cleared().isEmpty)
  }

  @Test func rangesAreSpoken() {
    #expect(spoken(1...4096) == "1 to 4096" && spoken(0.0...4.0) == "0 to 4" && spoken(0.1...1000.0) == "0.1 to 1000")
  }
}
