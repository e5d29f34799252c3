import RAMiTTensorCore

extension Tensor {
  /// These values with Gaussian noise added, not clipped (paper, Sec. B).
  /// - Parameter sigma: the standard deviation, of 255 where the values are in [0, 1].
  public func addingNoise(sigma: Double, _ random: RandomNumbers) -> Tensor {
    let result = copy()
    addNoise(to: UnsafeMutableBufferPointer(start: result.pointer, count: count), sigma: sigma, random)
    return result
  }
}

/// Adds Gaussian noise to values in place.
/// - Parameter sigma: the standard deviation, of 255 where the values are in [0, 1].
package func addNoise(to values: UnsafeMutableBufferPointer<Float>, sigma: Double, _ random: RandomNumbers) {
  var random = random
  let scale = Float(sigma / 255)
  for i in stride(from: 0, to: values.count, by: 2) {
    let (first, second) = random.normalPair()
    values[i] += scale * first
    if i + 1 < values.count { values[i + 1] += scale * second }
  }
}
