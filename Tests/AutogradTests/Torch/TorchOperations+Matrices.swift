import RAMiTAutograd
import RAMiTTensorCore

extension TorchOperations {
  static let matrix: [String: Operation] = [
    "matmul": { v, a in
      [matmul(v[0], v[1], transposeA: a.flag("transposeA"), transposeB: a.flag("transposeB"))]
    },
    "linear": { v, _ in [linear(v[0], weight: v[1], bias: v.count > 2 ? v[2] : nil)] },
  ]

  static let linalg: [String: Operation] = [
    "solve": { v, _ in [try! Linalg.solve(v[0], v[1])] },
    "inverse": { v, _ in [try! Linalg.inverse(v[0])] },
    "cholesky": { v, _ in [try! Linalg.cholesky(matmul(v[0], v[0], transposeB: true))] },
    "qr": { v, _ in
      let (q, r) = try! Linalg.qr(v[0])
      return [q, r]
    },
    "eigh": { v, _ in
      let (values, vectors) = try! Linalg.eigh(matmul(v[0], v[0], transposeB: true))
      return [values, matmul(matmul(vectors, weights(v[0].shape[-2])), vectors, transposeB: true)]
    },
    "svd": { v, _ in
      let (u, s, vt) = try! Linalg.svd(v[0])
      return [s, matmul(matmul(u, weights(s.shape.last)), vt)]
    },
  ]

  /// 1 to n on the diagonal.
  private static func weights(_ n: Int) -> Variable {
    let values = (0..<n * n).map { $0 % (n + 1) == 0 ? Float($0 / n + 1) : 0 }
    return Variable(constant: Tensor(values, [n, n]))
  }
}
