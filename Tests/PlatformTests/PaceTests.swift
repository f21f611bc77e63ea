import Testing
import U2NetPlatform

struct PaceTests {
  @Test func whatWasDoneBeforeIsNotCounted() {
    var pace = Pace(total: 10, done: 4)
    for failed in [false, true] { pace.advance(failed: failed) }
    #expect(pace.done == 6 && pace.failed == 1)
    #expect(pace.rate(after: .seconds(4)) == 0.5 && pace.secondsLeft(after: .seconds(4)) == 8)
    pace.expect(-3)
    #expect(pace.secondsLeft(after: .seconds(4)) == 2)
  }

  @Test(arguments: [(0, "0:00"), (59, "0:59"), (61, "1:01"), (3600, "1:00:00"), (36_605, "10:10:05")])
  func timeIsReadAsOnAClock(seconds: Int, text: String) {
    var pace = Pace(total: seconds + 1)
    pace.advance(failed: false)
    #expect(pace.timeLeft(after: .seconds(1)) == text)
  }

  @Test func aScriptAndAReaderSeeTheSame() {
    var pace = Pace(total: 4)
    pace.advance(failed: true)
    #expect(
      pace.json(after: .seconds(3))
        == #"{"done":1,"total":4,"failed":1,"photos_per_second":0.33,"seconds_left":9}"#)
    #expect(pace.bar(after: .seconds(3)) == "███████░░░░░░░░░░░░░░░░░░░░░░░ 1/4  0.33/s  0:09 left  1 failed")
    #expect(Pace(total: 0).bar(after: .zero).hasSuffix("0/0  0.0/s  0:00 left"))
  }
}
