import Testing

@testable import RAMiTLinearAlgebra

/// The decompositions, by what defines them; their gradients are held against finite differences with the operations.
@Suite struct MatrixTests {
  /// Numbers between -1 and 1.
  private func matrix(_ rows: Int, _ columns: Int, seed: Int = 1) -> Matrix {
    let values = (0..<rows * columns).map { (place: Int) -> Double in
      let number = (place * 7919 + seed * 104729) % 2003
      return Double(number) / 1001.5 - 1
    }
    return Matrix(values, rows: rows, columns: columns)
  }

  private func expectEqual(_ a: Matrix, _ b: Matrix, _ location: SourceLocation = #_sourceLocation) {
    #expect(a.rows == b.rows && a.columns == b.columns, sourceLocation: location)
    let worst = zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 1e-10, sourceLocation: location)
  }

  private func identity(_ n: Int) -> Matrix { Matrix(diagonal: [Double](repeating: 1, count: n)) }

  @Test func productsAndSums() {
    let a = Matrix([1, 2, 3, 4, 5, 6], rows: 2, columns: 3), b = Matrix([1, 0, 2, -1, 0, 3], rows: 3, columns: 2)
    #expect(a * b == Matrix([5, 7, 14, 13], rows: 2, columns: 2))
    #expect(a.transposed == Matrix([1, 4, 2, 5, 3, 6], rows: 3, columns: 2))
    #expect(2 * a - a == a && a + a == 2 * a)
    #expect(a.columns(1..<3) == Matrix([2, 3, 5, 6], rows: 2, columns: 2))
  }

  @Test(arguments: [1, 2, 7, 40]) func solvesAndInverts(n: Int) throws {
    let a = matrix(n, n) + 2 * identity(n), b = matrix(n, 3, seed: 2)
    expectEqual(a * (try a.solve(b)), b)
    expectEqual(a * (try a.inverse()), identity(n))
  }

  @Test(arguments: [1, 2, 7, 40]) func choleskyIsLowerTriangular(n: Int) throws {
    let x = matrix(n, n), a = x * x.transposed + identity(n), l = try a.cholesky()
    expectEqual(l * l.transposed, a)
    for i in 0..<n {
      for j in i + 1..<max(n, i + 1) { #expect(l[i, j] == 0) }
    }
  }

  @Test(arguments: [(1, 1), (5, 3), (3, 5), (20, 20)]) func qrIsReduced(m: Int, n: Int) throws {
    let a = matrix(m, n), (q, r) = try a.qr(), k = min(m, n)
    #expect(q.columns == k && r.rows == k)
    expectEqual(q * r, a)
    expectEqual(q.transposed * q, identity(k))
    for i in 0..<k {
      for j in 0..<i { #expect(r[i, j] == 0) }
    }
  }

  @Test(arguments: [1, 2, 9, 33]) func eigenvaluesRise(n: Int) throws {
    let x = matrix(n, n), a = x + x.transposed, (values, vectors) = try a.eigh()
    expectEqual(vectors * Matrix(diagonal: values) * vectors.transposed, a)
    #expect(values == values.sorted())
  }

  @Test(arguments: [(1, 1), (6, 3), (3, 6), (17, 17)]) func singularValuesFall(m: Int, n: Int) throws {
    let a = matrix(m, n), (u, s, vt) = try a.svd()
    expectEqual(u * Matrix(diagonal: s) * vt, a)
    #expect(s == s.sorted(by: >) && s.allSatisfy { $0 >= 0 })
  }

  @Test func whatCannotBeDecomposedIsNamed() {
    #expect(throws: LinalgError.singular(size: 2)) { try Matrix([1, 2, 2, 4], rows: 2, columns: 2).inverse() }
    #expect(throws: LinalgError.notPositiveDefinite(order: 2)) {
      try Matrix([1, 2, 2, 1], rows: 2, columns: 2).cholesky()
    }
    #expect(throws: LinalgError.notFinite) { try Matrix([1, .nan, 2, 1], rows: 2, columns: 2).eigh() }
    #expect("\(LinalgError.missingLibrary)".contains("apt install liblapacke"))
  }

  @Test func emptyMatricesPass() throws {
    #expect(try Matrix(zeros: 0, 0).inverse().values.isEmpty)
    #expect(try Matrix(zeros: 0, 0).eigh().values.isEmpty)
    #expect(try Matrix(zeros: 3, 0).svd().s.isEmpty)
    #expect(try Matrix(zeros: 0, 3).qr().r.columns == 3)
  }
}
