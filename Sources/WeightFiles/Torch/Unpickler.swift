import U2NetWeightBase

/// Reads Python pickles of plain values and tensors, and refuses everything else.
///
/// A pickle is a program for a stack machine, and Python's would import and call whatever it names. This one
/// only builds `PickleValue`s, for the operations that `torch.save` uses (protocols 2 to 5), in memory
/// proportional to the pickle's length and without recursion.
struct Unpickler {
  var reader: ByteReader
  private(set) var heap = PickleHeap()
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var operationsLeft = 4_000_000  // Real pickles need thousands.
  private var start = 0
  private let budget: MemoryBudget

  /// - Parameter budget: what is charged for what the pickle builds, before it is built.
  init(_ reader: ByteReader, budget: MemoryBudget) {
    self.reader = reader
    self.budget = budget
  }

  /// Reads the next pickle of the stream.
  mutating func next() throws(WeightFileError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    while true {
      start = reader.position
      try charge(1)
      let code = try reader.integer(UInt8.self)
      guard let operation = PickleOperation(rawValue: code) else {
        throw error("expected a pickle operation that torch.save uses, found 0x\(String(code, radix: 16))")
      }
      if operation == .stop { return try pop() }
      try run(operation)
    }
  }

  private mutating func run(_ operation: PickleOperation) throws(WeightFileError) {
    switch operation {
    case .stop: break
    case .proto:
      let version = try reader.integer(UInt8.self)
      guard (2...5).contains(version) else { throw error("expected pickle protocol 2 to 5, found \(version)") }
    case .frame: _ = try reader.integer(UInt64.self)
    case .mark: marks.append(stack.count)
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.int(Int(try reader.integer(Int32.self))))
    case .binInt1: stack.append(.int(Int(try reader.integer(UInt8.self))))
    case .binInt2: stack.append(.int(Int(try reader.integer(UInt16.self))))
    case .long1: stack.append(try long())
    case .binFloat: stack.append(.float(Double(bitPattern: try reader.integer(UInt64.self).byteSwapped)))
    case .shortBinUnicode, .shortBinString: try pushString(try reader.integer(UInt8.self))
    case .binUnicode: try pushString(try reader.integer(UInt32.self))
    case .binString: try pushString(try reader.integer(Int32.self))
    case .binUnicode8: try pushString(try reader.integer(UInt64.self))
    case .emptyTuple, .emptyList: try pushSequence([])
    case .tuple1: try pushSequence(try pop(1))
    case .tuple2: try pushSequence(try pop(2))
    case .tuple3: try pushSequence(try pop(3))
    case .tuple: try pushSequence(try popToMark())
    case .append: try extend(with: try pop(1))
    case .appends: try extend(with: try popToMark())
    case .emptyDict: try pushDictionary([])
    case .setItem: try update(with: try pop(2))
    case .setItems: try update(with: try popToMark())
    case .binPut: memo[Int(try reader.integer(UInt8.self))] = try top()
    case .longBinPut: memo[Int(try reader.integer(UInt32.self))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .binGet: try recall(Int(try reader.integer(UInt8.self)))
    case .longBinGet: try recall(Int(try reader.integer(UInt32.self)))
    case .global: try mention(module: try reader.line(), name: try reader.line())
    case .stackGlobal:
      guard case let names = try pop(2), case .string(let module) = names[0], case .string(let name) = names[1] else {
        throw error("expected the names of a module and an object")
      }
      try mention(module: module, name: name)
    case .reduce: try reduce()
    case .build: try build()
    case .binPersID: try persistentID()
    case .inst: throw error("refusing to run \(printable(try reader.line())).\(printable(try reader.line()))")
    case .newObj: try newObject()
    case .obj, .newObjEx: throw error("refusing to make an object of a Python class")
    }
  }

  private mutating func charge(_ operations: Int) throws(WeightFileError) {
    operationsLeft -= operations
    guard operationsLeft >= 0 else { throw error("expected at most 4000000 pickle operations, found more") }
    // On the stack, among what is remembered, or a copy; arrays that grow have room for twice as many.
    try budget.charge(operations * 2 * MemoryLayout<PickleValue>.stride)
  }

  /// An array in the heap with room for so many elements.
  private func charge(arrayOf count: Int, _ stride: Int) throws(WeightFileError) {
    try budget.charge(64 + 2 * count * stride)
  }

  // MARK: The stack

  private func top() throws(WeightFileError) -> PickleValue {
    guard let value = stack.last else { throw error("expected a value on the pickle's stack, found none") }
    return value
  }

  private mutating func pop() throws(WeightFileError) -> PickleValue { try pop(1)[0] }

  private mutating func pop(_ count: Int) throws(WeightFileError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw error("expected \(count) values on the stack") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(WeightFileError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw error("expected a mark on the pickle's stack, found none") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private mutating func recall(_ key: Int) throws(WeightFileError) {
    guard let value = memo[key] else { throw error("expected a value remembered as \(key), found none") }
    stack.append(value)
  }

  // MARK: Plain values

  private mutating func pushString(_ count: some BinaryInteger) throws(WeightFileError) {
    let text = try reader.string(count)
    try budget.charge(32 + text.utf8.count)
    stack.append(.string(text))
  }

  /// An integer of any length, least significant byte first, in two's complement.
  private mutating func long() throws(WeightFileError) -> PickleValue {
    let bytes = try reader.take(try reader.integer(UInt8.self))
    guard bytes.count <= 8 else { return .unsupported("an integer of \(bytes.count) bytes") }
    let sign: UInt64 = (bytes.last ?? 0) >= 0x80 ? .max : 0
    return .int(Int(truncatingIfNeeded: bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) }))
  }

  private mutating func pushSequence(_ elements: [PickleValue]) throws(WeightFileError) {
    try charge(arrayOf: elements.count, MemoryLayout<PickleValue>.stride)
    stack.append(.sequence(heap.sequences.count))
    heap.sequences.append(elements)
  }

  private mutating func pushDictionary(_ entries: [PickleHeap.Entry]) throws(WeightFileError) {
    try charge(arrayOf: entries.count, MemoryLayout<PickleHeap.Entry>.stride)
    stack.append(.dictionary(heap.dictionaries.count))
    heap.dictionaries.append(entries)
  }

  private mutating func extend(with elements: [PickleValue]) throws(WeightFileError) {
    if case .unsupported = try top() { return }
    guard case .sequence(let index) = try top() else { throw error("expected a list to append to") }
    try charge(arrayOf: elements.count, MemoryLayout<PickleValue>.stride)
    heap.sequences[index] += elements
  }

  private mutating func update(with items: [PickleValue]) throws(WeightFileError) {
    guard items.count.isMultiple(of: 2) else { throw error("expected a value for every key") }
    if case .unsupported = try top() { return }
    guard case .dictionary(let index) = try top() else { throw error("expected a dictionary to set items of") }
    try charge(arrayOf: items.count / 2, MemoryLayout<PickleHeap.Entry>.stride)
    for item in stride(from: 0, to: items.count, by: 2) {
      heap.dictionaries[index].append((items[item], items[item + 1]))
    }
  }

  // MARK: What Python would run

  private mutating func mention(module: String, name: String) throws(WeightFileError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw error("refusing to run \(printable(module)).\(printable(name))")
    }
    stack.append(.global(global))
  }

  private mutating func reduce() throws(WeightFileError) {
    guard case let call = try pop(2), case .global(let global) = call[0], case .sequence(let index) = call[1] else {
      throw error("expected a function and its arguments")
    }
    let arguments = heap.sequences[index]
    switch global {
    case .orderedDictionary: try pushDictionary(try entries(arguments))
    case .rebuildTensor:
      guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1],
        offset >= 0, let shape = heap.extents(arguments[2]), let strides = heap.extents(arguments[3]),
        shape.count == strides.count
      else { throw error("expected a tensor's storage, offset, size and stride") }
      try budget.charge(2 * MemoryLayout<TorchTensor>.stride)
      try charge(arrayOf: shape.count, MemoryLayout<Int>.size)
      try charge(arrayOf: strides.count, MemoryLayout<Int>.size)
      stack.append(.tensor(heap.tensors.count))
      heap.tensors.append(TorchTensor(storage: storage, offset: offset, shape: shape, strides: strides))
    case .rebuildParameter:
      guard let value = arguments.first else { throw error("expected a parameter's tensor") }
      stack.append(value)
    case .unsupported(let name), .opaque(let name): stack.append(.unsupported(name))
    case .storage(_, let name): throw error("refusing to run \(name)")
    }
  }

  /// An object of a class that framework settings have; what goes into it is dropped.
  private mutating func newObject() throws(WeightFileError) {
    guard case let call = try pop(2), case .global(.opaque(let name)) = call[0], case .sequence = call[1] else {
      throw error("refusing to make an object of a Python class")
    }
    stack.append(.unsupported(name))
  }

  /// The entries of an ordered dictionary that is made from no arguments, or from a list of pairs.
  private mutating func entries(_ arguments: [PickleValue]) throws(WeightFileError) -> [PickleHeap.Entry] {
    guard let pairs = arguments.first else { return [] }
    guard case .sequence(let index) = pairs else { throw error("expected a list of pairs") }
    try charge(heap.sequences[index].count)  // One list can be copied many times.
    var result: [PickleHeap.Entry] = []
    for pair in heap.sequences[index] {
      guard case .sequence(let index) = pair, heap.sequences[index].count == 2 else { throw error("expected a pair") }
      result.append((heap.sequences[index][0], heap.sequences[index][1]))
    }
    return result
  }

  /// Attributes of a dictionary, such as the `_metadata` of a state dictionary, are dropped.
  private mutating func build() throws(WeightFileError) {
    let values = try pop(2)
    switch (values[0], values[1]) {
    case (.dictionary, .dictionary), (.unsupported, _): stack.append(values[0])
    default: throw error("refusing to set the state of a Python object")
    }
  }

  /// `("storage", class, key, device, count)`, and in the legacy format a last item that is None.
  private mutating func persistentID() throws(WeightFileError) {
    guard case .sequence(let index) = try pop(), case let id = heap.sequences[index], id.count >= 5,
      case .string("storage") = id[0], case .global(let global) = id[1], let name = global.storageName,
      case .string(let key) = id[2], case .int(let count) = id[4], count >= 0
    else { throw error("expected a reference to a storage") }
    if id.count > 5 {
      guard case .none = id[5] else { throw error("expected a whole storage, found a view of one") }
    }
    try budget.charge(2 * MemoryLayout<TorchStorage>.stride)
    let type: ElementType? = if case .storage(let type, _) = global { type } else { nil }
    stack.append(.storage(heap.storages.count))
    heap.storages.append(TorchStorage(key: key, type: type, typeName: name, count: count))
  }

  /// An error at the current operation.
  private func error(_ problem: String) -> WeightFileError { reader.error(problem, at: start) }
}
