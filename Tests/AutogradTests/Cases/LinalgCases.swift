import RAMiTAutograd
import RAMiTLinearAlgebra
import RAMiTOperationTestSupport
import RAMiTTensorCore

/// The twins compute with the decompositions in double precision, which tests of their own hold to what defines them;
/// finite differences then check every gradient. Symmetric matrices are products x x^T. Functions of vectors that are
/// known up to their signs do not depend on these.
extension OperationCheck {
  static func solve(_ a: Shape, _ b: Shape) -> OperationCheck {
    OperationCheck("solve (\(a)) for (\(b))", [Operand("a", a), Operand("b", b)]) {
      try! Linalg.solve($0.a, $0.b)
    } twin: { v in
      // The product with the inverse: broadcast as a product's.
      Twin.matmul(Twin.map(v.a) { try! $0.inverse() }, v.b)
    }
  }

  static func inverse(_ a: Shape) -> OperationCheck {
    OperationCheck("inverse \(a)", [Operand("a", a)]) {
      try! Linalg.inverse($0.a)
    } twin: { v in
      Twin.map(v.a) { try! $0.inverse() }
    }
  }

  static func cholesky(_ x: Shape) -> OperationCheck {
    OperationCheck("cholesky of \(x)'s products", [Operand("x", x)]) {
      try! Linalg.cholesky(RAMiTAutograd.matmul($0.x, $0.x, transposeB: true))
    } twin: { v in
      Twin.map(v.x) { try! ($0 * $0.transposed).cholesky() }
    }
  }

  static func qr(_ a: Shape, onlyR: Bool = false, onlyQ: Bool = false) -> OperationCheck {
    OperationCheck("qr \(a)\(onlyR ? ", R" : onlyQ ? ", Q" : "")", [Operand("a", a)]) {
      let (q, r) = try! Linalg.qr($0.a)
      // Of both: Q is multiplied with another function of R than A.
      return onlyR ? r : onlyQ ? q : RAMiTAutograd.matmul(q, RAMiTAutograd.matmul(r, r, transposeB: true))
    } twin: { v in
      Twin.map(v.a) {
        let (q, r) = try! $0.qr()
        return onlyR ? r : onlyQ ? q : q * r * r.transposed
      }
    }
  }

  /// What to make of a decomposition with values and vectors.
  enum Part: String, CaseIterable {
    case values, left, right, all
  }

  static func eigh(_ x: Shape, _ part: Part) -> OperationCheck {
    let n = x[-2], weights = Matrix(diagonal: (0..<n).map { Double($0 + 1) })
    return OperationCheck("eigh of \(x)'s products, \(part)", [Operand("x", x, spread: 0.7)]) {
      let (values, vectors) = try! Linalg.eigh(RAMiTAutograd.matmul($0.x, $0.x, transposeB: true))
      if part == .values { return values }
      let scaled = RAMiTAutograd.matmul(vectors, Variable(constant: weights.tensor))
      return RAMiTAutograd.matmul(scaled, vectors, transposeB: true)
    } twin: { v in
      Twin.map(v.x, asVectors: part == .values) {
        let (values, vectors) = try! ($0 * $0.transposed).eigh()
        return part == .values ? Matrix(values, rows: 1, columns: n) : vectors * weights * vectors.transposed
      }
    }
  }

  static func svd(_ a: Shape, _ part: Part) -> OperationCheck {
    let k = min(a[-1], a[-2]), weights = Matrix(diagonal: (0..<k).map { Double($0 + 1) })
    return OperationCheck("svd \(a), \(part)", [Operand("a", a)]) {
      let (u, s, vt) = try! Linalg.svd($0.a), weights = Variable(constant: weights.tensor)
      return switch part {
      case .values: s
      case .left: RAMiTAutograd.matmul(RAMiTAutograd.matmul(u, weights), u, transposeB: true)
      case .right: RAMiTAutograd.matmul(RAMiTAutograd.matmul(vt, weights, transposeA: true), vt)
      case .all: RAMiTAutograd.matmul(RAMiTAutograd.matmul(u, weights), vt)
      }
    } twin: { v in
      Twin.map(v.a, asVectors: part == .values) {
        let (u, s, vt) = try! $0.svd()
        return switch part {
        case .values: Matrix(s, rows: 1, columns: k)
        case .left: u * weights * u.transposed
        case .right: vt.transposed * weights * vt
        case .all: u * weights * vt
        }
      }
    }
  }
}

extension Matrix {
  fileprivate var tensor: Tensor { Tensor(values.map { Float($0) }, [rows, columns]) }
}

extension Twin {
  /// - Parameter asVectors: `body` gives one row, whose axis goes.
  fileprivate static func map(_ x: DoubleTensor, asVectors: Bool = false, _ body: (Matrix) -> Matrix) -> DoubleTensor {
    let leading = x.shape.dropLast(2), (rows, columns) = (x.shape[x.shape.count - 2], x.channels), size = rows * columns
    let results = (0..<leading.reduce(1, *)).map { index in
      body(Matrix(Array(x.values[index * size..<(index + 1) * size]), rows: rows, columns: columns))
    }
    let last = asVectors ? [results[0].columns] : [results[0].rows, results[0].columns]
    return DoubleTensor(results.flatMap(\.values), leading + last)
  }
}
