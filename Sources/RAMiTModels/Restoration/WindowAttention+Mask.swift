import RAMiTNN

extension WindowAttention {
  /// Of a file's note, or a configuration, that asks for masks of shifted windows which no memory would hold.
  /// - Returns: nil where an image's mask has at most 2^26 values.
  static func shiftMaskError(side: Int, window: Int) -> String? {
    // (side / window)^2 windows of window^2 x window^2.
    let count = side * side * window * window
    return count <= 1 << 26 ? nil : "imageSize must be less for windows of \(window): masks have \(count) values"
  }
}
