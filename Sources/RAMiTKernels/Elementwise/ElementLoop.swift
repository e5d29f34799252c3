/// What is computed for each element from up to three operands.
protocol ElementTerm {
  func callAsFunction(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector
}

/// One operand of a run: as many numbers as the run has, or one for all of it.
private struct RunOperand {
  let pointer: UnsafePointer<Float>
  let isRepeated: Bool
  let repeated: Vector

  @inline(__always)
  init(_ pointer: UnsafePointer<Float>, stride: Int) {
    self.pointer = pointer
    isRepeated = stride == 0
    repeated = Vector(repeating: pointer.pointee)
  }

  @inline(__always)
  subscript(_ i: Int) -> Vector { isRepeated ? repeated : load(pointer + i) }
}

typealias ThreeOperands = (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>)

/// result = term(a, b, c) for each element, with broadcasting; overwrites, or adds. The result may be an operand of its
/// own shape.
///
/// - Parameter operands: one pointer for each operand of the broadcast; those that the term does not read may be any.
@inline(__always)
func applyTerm<Term: ElementTerm>(
  _ term: Term, _ operands: ThreeOperands, _ broadcast: Broadcast, into result: UnsafeMutablePointer<Float>,
  accumulate: Bool
) {
  if let row = broadcast.shortRow {
    return applyTermToShortRows(term, operands, broadcast, row: row, into: result, accumulate: accumulate)
  }
  let stride = broadcast.strides[broadcast.strides.count - 1]
  forEachRange(of: broadcast.count, grain: streamingGrain) { range in
    broadcast.forEachRun(in: range) { place, offsets, count in
      applyTermToRun(
        term, (operands.0 + offsets.x, operands.1 + offsets.y, operands.2 + offsets.z), stride, into: result + place,
        count: count, accumulate: accumulate)
    }
  }
}

/// Rows of few channels: a row that repeats is first written many times, so that runs are long.
@inline(never)
private func applyTermToShortRows<Term: ElementTerm>(
  _ term: Term, _ operands: ThreeOperands, _ broadcast: Broadcast, row: Int,
  into result: UnsafeMutablePointer<Float>, accumulate: Bool
) {
  let length = row &* min(1024 / row, broadcast.sizes[0]), room = length &+ vectorWidth
  let repeats = SIMD4<Int>(1, 1, 1, 1).replacing(with: 0, where: broadcast.strides[0] .!= 0)
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * room) { memory in
    memory.initialize(repeating: 0)
    func writtenOut(_ pointer: UnsafePointer<Float>, operand: Int) -> UnsafePointer<Float> {
      guard repeats[operand] == 1, broadcast.strides[1][operand] == 1 else { return pointer }
      let tile = memory.baseAddress! + operand * room
      for i in 0..<length { tile[i] = pointer[i % row] }
      return UnsafePointer(tile)
    }
    let sources = (
      writtenOut(operands.0, operand: 0), writtenOut(operands.1, operand: 1), writtenOut(operands.2, operand: 2)
    )
    // A written row is read from the phase, a whole operand from the place, and a single number stays.
    let byPlace = SIMD4<Int>(repeating: 1) &- repeats, byPhase = repeats &* broadcast.strides[1]
    forEachRange(of: broadcast.count, grain: streamingGrain) { range in
      var place = range.lowerBound
      while place < range.upperBound {
        let phase = place % row, count = min(length &- phase, range.upperBound &- place)
        let offsets = byPlace &* place &+ byPhase &* phase
        applyTermToRun(
          term, (sources.0 + offsets.x, sources.1 + offsets.y, sources.2 + offsets.z), broadcast.strides[1],
          into: result + place, count: count, accumulate: accumulate)
        place &+= count
      }
    }
  }
}

/// Not inlined, so that each term, which may be long, is compiled once: whatever the broadcast, and whether it adds.
@inline(never)
private func applyTermToRun<Term: ElementTerm>(
  _ term: Term, _ operands: ThreeOperands, _ stride: SIMD4<Int>, into result: UnsafeMutablePointer<Float>, count: Int,
  accumulate: Bool
) {
  let a = RunOperand(operands.0, stride: stride.x), b = RunOperand(operands.1, stride: stride.y)
  let c = RunOperand(operands.2, stride: stride.z)
  var i = 0
  while i < count {
    var value = term(a[i], b[i], c[i])
    if accumulate { value = load(result + i) + value }
    store(value, result + i, count: count &- i)
    i &+= vectorWidth
  }
}
