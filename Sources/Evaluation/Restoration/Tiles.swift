import TensorCore

/// Cuts an image into tiles that see beyond their edges, and puts what the model makes of them together again.
///
/// Tiles begin on the windows' grid, so that local attention sees what it would in the whole image. Attention over
/// channels does not: its maps are of all the pixels that the model gets, so tiles differ a little from the whole,
/// and from each other.
struct Tiles {
  private let height, width: Int
  private let side, overlap: Int

  /// - Parameters:
  ///   - shape: of the image, H x W x C.
  ///   - side, overlap: rounded up to multiples of `unit`.
  init(_ shape: Shape, side: Int, overlap: Int, unit: Int) {
    (height, width) = (shape[0], shape[1])
    func upToUnit(_ length: Int) -> Int { (length + unit - 1) / unit * unit }
    self.side = max(unit, upToUnit(side))
    self.overlap = upToUnit(max(0, overlap))
  }

  /// - Parameter restoreTile: H x W x C to sH x sW x C.
  func restore(_ image: Tensor, scale: Int, by restoreTile: (Tensor) -> Tensor) -> Tensor {
    let channels = image.shape[2]
    let result = Tensor(uninitialized: [height * scale, width * scale, channels])
    for top in stride(from: 0, to: height, by: side) {
      for left in stride(from: 0, to: width, by: side) {
        let rows = top..<min(top + side, height), columns = left..<min(left + side, width)
        let (y, x) = (max(0, top - overlap), max(0, left - overlap))
        let (bottom, right) = (min(height, rows.upperBound + overlap), min(width, columns.upperBound + overlap))
        let restored = restoreTile(image.cropped(y: y, x: x, height: bottom - y, width: right - x))
        let length = columns.count * scale * channels
        for row in rows.lowerBound * scale..<rows.upperBound * scale {
          let from = (row - y * scale) * restored.shape[1] + (left - x) * scale
          let to = row * width * scale + left * scale
          (result.pointer + to * channels).update(from: restored.pointer + from * channels, count: length)
        }
      }
    }
    return result
  }
}
