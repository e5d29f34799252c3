import RAMiTTensorCore

// What many operations ask of their operands, and read of them.

/// - Precondition: `shape` is that of feature maps, N x H x W x C.
func requireMap(_ shape: Shape, file: StaticString = #fileID, line: UInt = #line) {
  require(shape.rank == 4, "a feature map is N x H x W x C, not \(shape)", file: file, line: line)
}

/// - Precondition: weight and bias, where they are given, have a value for each channel of `shape`.
func requireParameters(
  _ weight: Variable?, _ bias: Variable?, of shape: Shape, file: StaticString = #fileID, line: UInt = #line
) {
  for (name, parameter) in [("weight", weight), ("bias", bias)] {
    requireShape(parameter?.shape, [shape.last], of: "the \(name) for \(shape)", file: file, line: line)
  }
}

/// A parameter's values, or the same number for every channel where it is not given.
func parameterValues(_ parameter: Tensor?, channels: Int, default number: Float) -> [Float] {
  parameter?.array ?? [Float](repeating: number, count: channels)
}
