import RAMiTTensorCore

extension Tensor {
  /// These values with Gaussian noise added, not clipped (paper, Sec. B).
  /// - Parameter sigma: the standard deviation, of 255 where the values are in [0, 1].
  public func addingNoise(sigma: Double, _ random: RandomNumbers) -> Tensor {
    var random = random
    let result = Tensor(uninitialized: shape)
    let scale = Float(sigma / 255)
    for i in stride(from: 0, to: count, by: 2) {
      let (first, second) = random.normalPair()
      result.pointer[i] = pointer[i] + scale * first
      if i + 1 < count { result.pointer[i + 1] = pointer[i + 1] + scale * second }
    }
    return result
  }
}
