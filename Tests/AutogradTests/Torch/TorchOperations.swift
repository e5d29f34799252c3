import RAMiTAutograd

/// The operations that are held against PyTorch, by the names of Fixtures/make_operations.py; a family a file.
enum TorchOperations {
  /// From the operands to the results.
  typealias Operation = @Sendable ([Variable], TorchArguments) -> [Variable]

  /// The families, by the names of their files.
  static let families: [String: [String: Operation]] = [
    "matrix": matrix, "linalg": linalg, "elementwise": elementwise, "reductions": reductions, "shape": shape,
    "normalization": normalization, "convolutions": convolutions, "pooling": pooling, "losses": losses,
  ]
}
