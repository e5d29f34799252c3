import RAMiTTensorCore

/// - Precondition: weight and bias have a value for each channel.
func checkParameters(_ weight: Variable?, _ bias: Variable?, of shape: Shape) {
  for (name, parameter) in [("weight", weight), ("bias", bias)] {
    guard let parameter else { continue }
    precondition(parameter.shape == [shape.last], "a \(name) of \(parameter.shape) for the channels of \(shape)")
  }
}

/// A parameter's values, or a number for every channel.
func values(of parameter: Variable?, _ channels: Int, or other: Float) -> [Float] {
  parameter?.value.array ?? [Float](repeating: other, count: channels)
}
