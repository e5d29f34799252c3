import RAMiTNN
import RAMiTTensorCore

enum DIV2K {
  /// The mean of the training images in [0, 1], per channel.
  static let mean: [Float] = [0.4488, 0.4371, 0.4040]
}

extension ParameterScope {
  /// Declares what published files hold of the subtraction and the addition of DIV2K's mean: 1 x 1 convolutions,
  /// `sub_mean` and `add_mean`, which are not trained.
  /// - Parameter range: what stands for white.
  func declareMeanShifts(range: Float) {
    let channels = DIV2K.mean.count
    let identity = (0..<channels * channels).map { Float($0 % (channels + 1) == 0 ? 1 : 0) }
    for (name, sign) in [("sub_mean", -range), ("add_mean", range)] {
      _ = (self / name).buffer("weight", Tensor(identity, [channels, channels, 1, 1]), isOptional: true)
      _ = (self / name).buffer("bias", Tensor(DIV2K.mean.map { $0 * sign }, [channels]), isOptional: true)
    }
  }
}

extension WindowAttention {
  /// Of a file's note, or a configuration, that asks for masks of shifted windows which no memory would hold.
  /// - Returns: nil where an image's mask has at most 2^26 values.
  static func shiftMaskError(side: Int, window: Int) -> String? {
    // (side / window)^2 windows of window^2 x window^2.
    let count = side * side * window * window
    return count <= 1 << 26 ? nil : "imageSize must be less for windows of \(window): masks have \(count) values"
  }
}
