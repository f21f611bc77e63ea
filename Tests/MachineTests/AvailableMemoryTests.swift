import Testing

@testable import U2NetMachine

struct AvailableMemoryTests {
  private let megabyte = 1 << 20

  private func left(addresses: Int? = nil, data: Int? = nil) -> Int {
    ResourceLimits.left(
      memory: 1000 * megabyte, resident: 100 * megabyte, addresses: addresses.map { $0 * megabyte },
      mapped: 300 * megabyte, data: data.map { $0 * megabyte }, private: 50 * megabyte, stacks: 40 * megabyte)
      / megabyte
  }

  @Test func theLeastOfWhatLimitsLeaveCounts() {
    #expect(left() == 900)
    #expect(left(addresses: 400) == 60 && left(addresses: 2000) == 900)
    #expect(left(data: 100) == 10 && left(addresses: 400, data: 100) == 10)
    #expect(left(addresses: 320) == -20)
  }

  /// In a process of its own, where no other test takes or frees memory meanwhile.
  @Test func whatIsTakenIsNotAvailable() async {
    await #expect(processExitsWith: .success) {
      let before = ResourceLimits.availableMemory
      precondition(before > 0 && before < ResourceLimits.current.memory)
      let bytes = [UInt8](repeating: 1, count: 256 << 20)
      let taken = before - ResourceLimits.availableMemory
      precondition(taken > 200 << 20 && bytes.last == 1, "\(taken) bytes")
    }
  }

  @Test func aShortageSaysWhatWasAskedForAndWhatThereIs() {
    let shortage = MemoryShortage(
      "a pass", needed: 2400 * megabyte, limit: 600 * megabyte, available: 310 * megabyte, advice: "choose less")
    let text = "takes 2400 MB, and of the 600 MB that this process may use 310 MB are left; choose less"
    #expect("\(shortage)" == "not enough memory: a pass \(text)")
  }
}
