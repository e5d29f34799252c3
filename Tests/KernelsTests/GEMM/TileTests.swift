import Testing

@testable import RAMiTKernels

/// The tiles of every instruction set, also those that the program is not built for.
@Suite struct TileTests {
  /// Numbers with many digits, so that another order of additions would show.
  private static func numbers(_ count: Int, seed: Int) -> [Float] {
    (0..<count).map { Float(($0 * 7919 + seed) % 1009) / 1009 - 0.5 }
  }

  /// An element's sum is the same in every tile, of a matrix and of its transpose: from the first product to the last.
  private func check<T: Tile>(_: T.Type, inner: Int) {
    let (rows, columns, step) = (T.rows, T.columns, T.columns + 5)
    let a = Self.numbers((rows + 2) * (inner + 3), seed: 1), b = Self.numbers(inner * step + vectorWidth, seed: 2)
    for (stride, aStep) in [(inner + 3, 1), (1, rows + 2)] {
      var tile = T()
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          tile.addProduct(
            Rows(pointer: a.baseAddress!, stride: stride, step: aStep), b.baseAddress!, step: step, count: inner)
        }
      }
      var seen = 0
      tile.forEach { row, column, value in
        for lane in 0..<value.scalarCount {
          var sum: Float = 0
          for k in 0..<inner { sum = added(a[row * stride + k * aStep], b[k * step + column + lane], to: sum) }
          #expect(value[lane] == sum, "\(T.self), row \(row), column \(column + lane), rows \(stride) apart")
          seen += 1
        }
      }
      #expect(seen == rows * columns)
    }
  }

  @Test(arguments: [0, 1, 7, 64]) func tilesMultiply(inner: Int) {
    check(Tile8x2<SIMD16<Float>>.self, inner: inner)
    check(Tile8x1<SIMD16<Float>>.self, inner: inner)
    check(Tile1x2<SIMD16<Float>>.self, inner: inner)
    check(Tile1x1<SIMD16<Float>>.self, inner: inner)
    check(Tile6x2<SIMD8<Float>>.self, inner: inner)
    check(Tile1x2<SIMD8<Float>>.self, inner: inner)
    check(Tile8x2<SIMD4<Float>>.self, inner: inner)
    check(Tile4x2<SIMD4<Float>>.self, inner: inner)
    check(Tile1x2<SIMD4<Float>>.self, inner: inner)
  }

  /// Whole products of sizes that leave rows and columns over, packed and in place, written and added.
  @Test(arguments: [1, 4, 11, 16], [1, 5, 16, 23, 48, 70]) func productsOfOddSizes(rows: Int, columns: Int) {
    let inner = 9
    let a = Self.numbers(rows * inner, seed: 3), b = Self.numbers(inner * columns + vectorWidth, seed: 4)
    var packed = [Float](repeating: .nan, count: PackedMatrix.count(rows: inner, columns: columns))
    PackedMatrix.pack(b, rowStride: columns, columnStride: 1, rows: inner, columns: columns, into: &packed)
    let stride = columns + 3
    for (isPacked, accumulate) in [(true, false), (true, true), (false, false), (false, true)] {
      var c = [Float](repeating: 2, count: rows * stride + vectorWidth)
      b.withUnsafeBufferPointer { b in
        packed.withUnsafeBufferPointer { packed in
          let matrix =
            isPacked
            ? PackedMatrix(packed.baseAddress!, rows: inner, columns: columns)
            : PackedMatrix(inPlace: b.baseAddress!, rows: inner, columns: columns, stride: columns)
          a.withUnsafeBufferPointer { a in
            gemm(
              rows: rows, Rows(pointer: a.baseAddress!, stride: inner, step: 1), matrix, &c, cStride: stride,
              accumulate: accumulate,
              epilogue: Identity())
          }
        }
      }
      for row in 0..<rows {
        for column in 0..<stride {
          var sum: Float = 0
          if column < columns {
            for k in 0..<inner { sum = added(a[row * inner + k], b[k * columns + column], to: sum) }
          }
          // Past the last column nothing is touched.
          let expected = column < columns ? (accumulate ? sum + 2 : sum) : 2
          #expect(c[row * stride + column] == expected, "row \(row), column \(column), \(isPacked), \(accumulate)")
        }
      }
    }
  }

  @Test func lanesAreStoredOneByOne() {
    func check<V: FloatVector>(_ vector: V) {
      for count in 1...vector.scalarCount {
        var target = [Float](repeating: -1, count: vector.scalarCount + 1)
        store(vector, &target, count: count)
        #expect(target == (0...vector.scalarCount).map { $0 < count ? vector[$0] : -1 }, "\(count)")
      }
    }
    check(SIMD4<Float>(1, 2, 3, 4))
    check(SIMD8<Float>(1, 2, 3, 4, 5, 6, 7, 8))
    check(SIMD16<Float>(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
  }

  /// Vectors round once or twice, by the instruction set; single numbers round once.
  @Test func multiplyAddMultipliesAndAdds() {
    let a: Float = 1 + 0x1p-12, b: Float = 1 - 0x1p-12, c: Float = -1
    #expect(multiplyAddRoundedOnce(a, b, c) == -0x1p-24)
    let vector = multiplyAdd(Vector(repeating: a), Vector(repeating: b), Vector(repeating: c))
    #expect([0, -0x1p-24].contains(vector[0]))
    #expect((0..<vectorWidth).allSatisfy { vector[$0] == vector[0] })
    #expect(added(3, 4, to: 5) == 17)
  }

  /// One lane of the vectors' multiply-add.
  private func added(_ a: Float, _ b: Float, to c: Float) -> Float {
    multiplyAdd(SIMD2(repeating: a), SIMD2(repeating: b), SIMD2(repeating: c)).x
  }
}
