import U2NetWeightBase

/// Memory aligned for any element type, freed with the last reference.
final class AlignedBytes {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int, budget: MemoryBudget) throws(WeightFileError) {
    try budget.charge(count)
    bytes = .allocate(byteCount: count, alignment: 64)
  }

  deinit { bytes.deallocate() }
}
