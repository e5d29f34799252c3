import RAMiTImaging
import RAMiTTensorCore

/// The place of an image that a page shows enlarged: the window with the most edges.
struct SampleDetail: Equatable {
  private let x, y: Int

  static let side = 64
  /// Windows are tried at every so many pixels.
  private static let stride = 16

  /// Nil where the image is not much larger than a window.
  init?(in image: Image) {
    guard min(image.width, image.height) >= 2 * Self.side else { return nil }
    let strengths = Self.edges(image)
    var best = (x: 0, y: 0, sum: -Float.infinity)
    for y in Swift.stride(from: 0, through: image.height - Self.side, by: Self.stride) {
      for x in Swift.stride(from: 0, through: image.width - Self.side, by: Self.stride) {
        var sum: Float = 0
        for row in y..<y + Self.side {
          for column in x..<x + Self.side { sum += strengths[row * image.width + column] }
        }
        if sum > best.sum { best = (x, y, sum) }
      }
    }
    (x, y) = (best.x, best.y)
  }

  func cropped(_ image: Image) -> Image { image.cropped(x: x, y: y, width: Self.side, height: Self.side) }

  /// How much each pixel differs from those to its left and above, row by row.
  private static func edges(_ image: Image) -> [Float] {
    let (width, height, channels) = (image.width, image.height, image.channels)
    let pixels = image.tensor()
    var strengths = [Float](repeating: 0, count: width * height)
    withExtendedLifetime(pixels) {
      let values = pixels.pointer
      for y in 1..<height {
        for x in 1..<width {
          for channel in 0..<channels {
            let index = (y * width + x) * channels + channel
            strengths[y * width + x] +=
              abs(values[index] - values[index - channels]) + abs(values[index] - values[index - width * channels])
          }
        }
      }
    }
    return strengths
  }
}
