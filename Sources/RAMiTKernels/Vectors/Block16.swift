/// 16 x 16 floats in registers, to be transposed.
///
/// Four rounds, in each of which two rows at a time deal out their lanes, like cards: the even ones to a row of the
/// first half, the odd ones to one of the second.
struct Block16 {
  private var r0: Vector, r1: Vector, r2: Vector, r3: Vector
  private var r4: Vector, r5: Vector, r6: Vector, r7: Vector
  private var r8: Vector, r9: Vector, r10: Vector, r11: Vector
  private var r12: Vector, r13: Vector, r14: Vector, r15: Vector

  /// Reads 16 rows, `stride` floats apart.
  @inline(__always)
  init(_ source: UnsafePointer<Float>, stride: Int) {
    func row(_ i: Int) -> Vector { load(source + i &* stride) }
    (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3))
    (r4, r5, r6, r7) = (row(4), row(5), row(6), row(7))
    (r8, r9, r10, r11) = (row(8), row(9), row(10), row(11))
    (r12, r13, r14, r15) = (row(12), row(13), row(14), row(15))
  }

  /// Writes the first rows and columns, or adds them to what is there.
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, rows: Int, columns: Int, accumulate: Bool) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { memory in
      let rowsOfBlock = memory.baseAddress!
      store(rowsOfBlock, stride: 16)
      for i in 0..<rows {
        var row = load(rowsOfBlock + 16 &* i)
        if accumulate { row += load(target + i &* stride) }
        RAMiTKernels.store(row, target + i &* stride, count: columns)
      }
    }
  }

  /// Writes 16 rows, `stride` floats apart.
  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int) {
    RAMiTKernels.store(r0, target)
    RAMiTKernels.store(r1, target + 1 &* stride)
    RAMiTKernels.store(r2, target + 2 &* stride)
    RAMiTKernels.store(r3, target + 3 &* stride)
    RAMiTKernels.store(r4, target + 4 &* stride)
    RAMiTKernels.store(r5, target + 5 &* stride)
    RAMiTKernels.store(r6, target + 6 &* stride)
    RAMiTKernels.store(r7, target + 7 &* stride)
    RAMiTKernels.store(r8, target + 8 &* stride)
    RAMiTKernels.store(r9, target + 9 &* stride)
    RAMiTKernels.store(r10, target + 10 &* stride)
    RAMiTKernels.store(r11, target + 11 &* stride)
    RAMiTKernels.store(r12, target + 12 &* stride)
    RAMiTKernels.store(r13, target + 13 &* stride)
    RAMiTKernels.store(r14, target + 14 &* stride)
    RAMiTKernels.store(r15, target + 15 &* stride)
  }

  /// Reads `rows` rows, at least one and at most 16; what the others hold does not matter.
  @inline(__always)
  init(_ source: UnsafePointer<Float>, stride: Int, rows: Int) {
    let last = rows &- 1
    func row(_ i: Int) -> Vector { load(source + min(i, last) &* stride) }
    (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3))
    (r4, r5, r6, r7) = (row(4), row(5), row(6), row(7))
    (r8, r9, r10, r11) = (row(8), row(9), row(10), row(11))
    (r12, r13, r14, r15) = (row(12), row(13), row(14), row(15))
  }

  /// Writes the first `rows` rows, at most 16.
  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, rows: Int) {
    func write(_ i: Int, _ vector: Vector) {
      if i < rows { RAMiTKernels.store(vector, target + i &* stride) }
    }
    write(0, r0)
    write(1, r1)
    write(2, r2)
    write(3, r3)
    write(4, r4)
    write(5, r5)
    write(6, r6)
    write(7, r7)
    write(8, r8)
    write(9, r9)
    write(10, r10)
    write(11, r11)
    write(12, r12)
    write(13, r13)
    write(14, r14)
    write(15, r15)
  }

  @inline(__always)
  mutating func transpose() {
    for _ in 0..<4 { dealRows() }
  }

  @inline(__always)
  private mutating func dealRows() {
    let old = self
    (r0, r8) = deal(old.r0, old.r1)
    (r1, r9) = deal(old.r2, old.r3)
    (r2, r10) = deal(old.r4, old.r5)
    (r3, r11) = deal(old.r6, old.r7)
    (r4, r12) = deal(old.r8, old.r9)
    (r5, r13) = deal(old.r10, old.r11)
    (r6, r14) = deal(old.r12, old.r13)
    (r7, r15) = deal(old.r14, old.r15)
  }
}
