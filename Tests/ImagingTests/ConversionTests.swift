import RAMiTImaging
import RAMiTTensorCore
import Testing

/// Colours, geometry and tensors, against their formulas, of 8 and 16 bits and all channel counts.
@Suite struct ConversionTests {
  static let images: [Image] = (1...4).flatMap { channels in
    [Picture.image(channels: channels), Picture.image(channels: channels, bits: 16)]
  }

  /// The image whose value at (x, y, c) is this one's at the place that `source` names.
  private func gathered(
    _ image: Image, width: Int, height: Int, channels: Int? = nil,
    _ source: (_ x: Int, _ y: Int, _ c: Int) -> (x: Int, y: Int, c: Int)
  ) -> Image {
    let values = levels(image)
    func value(_ x: Int, _ y: Int, _ c: Int) -> Int {
      let from = source(x, y, c)
      return values[(from.y * image.width + from.x) * image.channels + from.c]
    }
    let channels = channels ?? image.channels
    return image.bitDepth == 8
      ? drawn(width: width, height: height, channels: channels, value)
      : deep(width: width, height: height, channels: channels, value)
  }

  @Test(arguments: images) func geometry(_ image: Image) {
    let (w, h) = (image.width, image.height)
    #expect(
      image.cropped(x: 2, y: 1, width: 5, height: 4) == gathered(image, width: 5, height: 4) { ($0 + 2, $1 + 1, $2) })
    #expect(image.cropped(x: 0, y: 0, width: w, height: h) == image)
    #expect(image.cropped(x: w, y: 0, width: 0, height: h).samples.count == 0)
    #expect(image.flippedHorizontally() == gathered(image, width: w, height: h) { (w - 1 - $0, $1, $2) })
    // Counter-clockwise: the last column becomes the first row.
    let turned = gathered(image, width: h, height: w) { (w - 1 - $1, $0, $2) }
    #expect(image.rotated(quarterTurns: 1) == turned)
    #expect(image.rotated(quarterTurns: -3) == turned)
    #expect(image.rotated(quarterTurns: 2) == gathered(image, width: w, height: h) { (w - 1 - $0, h - 1 - $1, $2) })
    #expect(turned.rotated(quarterTurns: 3) == image)
    #expect(image.rotated(quarterTurns: 4) == image)
  }

  @Test(arguments: images) func colors(_ image: Image) {
    let (w, h, n) = (image.width, image.height, image.channels)
    #expect(
      image.rgb() == gathered(image, width: w, height: h, channels: 3) { x, y, c in (x, y, n >= 3 ? c : 0) })
    let hasAlpha = n == 2 || n == 4
    #expect(
      image.alpha == (hasAlpha ? gathered(image, width: w, height: h, channels: 1) { ($0, $1, n - 1 + $2) } : nil))
    #expect(image.opaque.channels == (hasAlpha ? n - 1 : n))
    if let alpha = image.alpha { #expect(image.opaque.with(alpha: alpha) == image) }
    let gray = levels(image.grayscale()), values = levels(image)
    for pixel in gray.indices {
      let first = values[pixel * n]
      guard n >= 3 else {
        #expect(gray[pixel] == first)
        continue
      }
      // 0.299, 0.587 and 0.114 of 2^14, rounded.
      let weighted = first * 4899 + values[pixel * n + 1] * 9617 + values[pixel * n + 2] * 1868
      #expect(gray[pixel] == (weighted + (1 << 13)) >> 14)
    }
  }

  @Test(arguments: images) func tensors(_ image: Image) {
    let top: Float = image.bitDepth == 8 ? 255 : 65535, values = levels(image)
    let tensor = image.tensor()
    #expect(tensor.shape == [image.height, image.width, image.channels])
    for (i, value) in values.enumerated() { #expect(tensor.pointer[i] == Float(value) / top) }
    #expect(Image(tensor, bitDepth: image.bitDepth) == image)
  }

  @Test func tensorsAreClampedAndRounded() {
    let values: [Float] = [
      -1, -0.0, 0, 0.5 / 255, 1.5 / 255, 2.5 / 255, 254.4999 / 255, 1, 1.01, .infinity, -.infinity, .nan,
    ]
    let tensor = Tensor(uninitialized: [2, 2, 3])
    for (i, value) in values.enumerated() { tensor.pointer[i] = value }
    // Halves go to the even level.
    #expect(levels(Image(tensor)) == [0, 0, 0, 0, 2, 2, 254, 255, 255, 255, 0, 0])
    #expect(levels(Image(tensor, bitDepth: 16))[7...] == [65535, 65535, 65535, 0, 0])
  }
}
