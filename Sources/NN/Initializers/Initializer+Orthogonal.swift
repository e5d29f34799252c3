import RAMiTTensorCore

extension Initializer {
  /// Orthonormal rows or, where there are more rows than columns, orthonormal columns, times `gain`; a row is what
  /// belongs to one index of the file's first axis (Saxe et al., Exact solutions to the nonlinear dynamics of learning
  /// in deep linear neural networks, 2014). It is PyTorch's `orthogonal_`: the Q of a QR decomposition of normal values
  /// whose R has a positive diagonal.
  /// - Precondition: the parameter has two axes or more.
  public static func orthogonal(gain: Double = 1) -> Initializer {
    Initializer(isInFileOrder: true) { context in
      require(context.fileShape.rank >= 2, "a tensor of \(context.fileShape) has no rows and columns")
      let rows = context.fileShape[0], columns = context.count / max(1, rows)
      let (count, length) = (min(rows, columns), max(rows, columns))
      let vectors = orthonormal(Initializer.normal().draw(&context).map(Double.init), count: count, length: length)
      return (0..<rows * columns).map { place in
        let (row, column) = (place / columns, place % columns)
        return Float(gain * (rows <= columns ? vectors[row * length + column] : vectors[column * length + row]))
      }
    }
  }
}

/// Vectors, one after the other, each made orthogonal to those before it and of length 1. That is done twice: the
/// roundings of once would grow with the number of vectors (Giraud et al., On the round-off error analysis of the
/// Gram-Schmidt algorithm with reorthogonalization, 2002).
private func orthonormal(_ values: [Double], count: Int, length: Int) -> [Double] {
  var vectors = values
  vectors.withUnsafeMutableBufferPointer { buffer in
    guard let all = buffer.baseAddress else { return }
    for index in 0..<count {
      let vector = all + index * length
      for _ in 0..<2 {
        for other in 0..<index { remove(all + other * length, from: vector, length: length) }
      }
      let norm = dot(vector, vector, length: length).squareRoot()
      for i in 0..<length { vector[i] /= norm }
    }
  }
  return vectors
}

private func remove(_ unit: UnsafePointer<Double>, from vector: UnsafeMutablePointer<Double>, length: Int) {
  let share = dot(unit, vector, length: length)
  for i in 0..<length { vector[i] -= share * unit[i] }
}

/// Eight partial sums, so that it is not one long chain.
private func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, length: Int) -> Double {
  var sums = SIMD8<Double>.zero
  var i = 0
  while i &+ 8 <= length {
    let x = UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<Double>.self)
    sums += x * UnsafeRawPointer(b + i).loadUnaligned(as: SIMD8<Double>.self)
    i &+= 8
  }
  var sum = sums.sum()
  while i < length {
    sum += a[i] * b[i]
    i &+= 1
  }
  return sum
}
