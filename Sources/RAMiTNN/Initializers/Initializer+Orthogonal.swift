import RAMiTAutograd
import RAMiTTensorCore

extension Initializer {
  /// Orthonormal rows or, where there are more rows than columns, orthonormal columns, times `gain`; a row is what
  /// belongs to one index of the file's first axis (Saxe et al., Exact solutions to the nonlinear dynamics of learning
  /// in deep linear neural networks, 2014). It is PyTorch's `orthogonal_`: the Q of a QR decomposition of normal values
  /// whose R has a positive diagonal. Without LAPACKE it ends the program with a line that says so.
  /// - Precondition: the parameter has two axes or more.
  public static func orthogonal(gain: Double = 1) -> Initializer {
    Initializer(isInFileOrder: true) { context in
      let normal = Tensor(Initializer.normal().draw(&context), context.fileShape)
      do {
        return try Linalg.orthogonal(normal).array.map { Float(gain) * $0 }
      } catch {
        fatalError("an orthogonal start: \(error)")
      }
    }
  }
}
