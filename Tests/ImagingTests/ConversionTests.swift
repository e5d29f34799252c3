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

  private func noise(width: Int, height: Int, channels: Int) -> Image {
    drawn(width: width, height: height, channels: channels) { ($0 * 31 + $1 * 57 + $2 * 101) % 256 }
  }

  @Test(arguments: images) func geometry(_ image: Image) {
    let (w, h) = (image.width, image.height)
    #expect(
      image.cropped(x: 2, y: 1, width: 5, height: 4) == gathered(image, width: 5, height: 4) { ($0 + 2, $1 + 1, $2) })
    #expect(image.cropped(x: 0, y: 0, width: w, height: h) == image)
    #expect(image.cropped(x: w, y: 0, width: 0, height: h).samples.count == 0)
    #expect(image.turned(.flippedHorizontally) == gathered(image, width: w, height: h) { (w - 1 - $0, $1, $2) })
    // Counter-clockwise: the last column becomes the first row.
    let turned = gathered(image, width: h, height: w) { (w - 1 - $1, $0, $2) }
    #expect(image.turned(.quarterTurnCounterclockwise) == turned)
    #expect(image.turned(.halfTurn) == gathered(image, width: w, height: h) { (w - 1 - $0, h - 1 - $1, $2) })
    #expect(turned.turned(.quarterTurnClockwise) == image)
    #expect(image.turned(.identity) == image)
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

  @Test(arguments: Symmetry.allCases) func symmetries(_ symmetry: Symmetry) {
    let image = noise(width: 4, height: 3, channels: 2), (w, h) = (image.width, image.height)
    func source(_ x: Int, _ y: Int, _ c: Int) -> (Int, Int, Int) {
      switch symmetry {
      case .identity: (x, y, c)
      case .flippedHorizontally: (w - 1 - x, y, c)
      case .halfTurn: (w - 1 - x, h - 1 - y, c)
      case .flippedVertically: (x, h - 1 - y, c)
      case .transposed: (y, x, c)
      case .quarterTurnClockwise: (y, h - 1 - x, c)
      case .transversed: (w - 1 - y, h - 1 - x, c)
      case .quarterTurnCounterclockwise: (w - 1 - y, x, c)
      }
    }
    let swaps = symmetry.rawValue >= 5
    let expected = gathered(image, width: swaps ? h : w, height: swaps ? w : h, source)
    #expect(image.turned(symmetry) == expected && expected.turned(symmetry.inverse) == image)
    #expect(image.tensor().turned(symmetry).array == expected.tensor().array)
    let values = Tensor(uninitialized: [expected.height, expected.width, 2])
    image.writeValues(turned: symmetry, to: values.pointer)
    #expect(values.array == expected.tensor().array)
  }

  @Test func symmetriesAreAllFlipsAndTurns() {
    let image = noise(width: 4, height: 3, channels: 1)
    var all: Set<Symmetry> = []
    for flips in [false, true] {
      var expected = flips ? image.turned(.flippedHorizontally) : image
      for turns in 0..<4 {
        let symmetry = Symmetry(flips: flips, quarterTurns: turns)
        #expect(image.turned(symmetry) == expected)
        expected = expected.turned(.quarterTurnCounterclockwise)
        all.insert(symmetry)
      }
    }
    #expect(all.count == 8)
  }

  @Test func tensorsAreCropped() {
    let image = Tensor((0..<24).map(Float.init), [4, 3, 2])
    #expect(image.cropped(y: 1, x: 1, height: 2, width: 2).array == [8, 9, 10, 11, 14, 15, 16, 17])
    #expect(image.cropped(y: 2, x: 0, height: 1, width: 3).array == [12, 13, 14, 15, 16, 17])
  }

  @Test func tensorsAreEnlargedAndJoined() {
    let image = Tensor([0.1, 0.2], [1, 2, 1])
    #expect(image.enlarged(by: 2).array == [0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.2, 0.2])
    let joined = Tensor.sideBySide([image, Tensor([0.3], [1, 1, 1])], gap: 1)
    #expect(joined.shape == [1, 4, 1] && joined.array == [0.1, 0.2, 1, 0.3])
    let channels = Tensor(channels: [image, Tensor([0.3, 0.4], [1, 2, 1])])
    #expect(channels.shape == [1, 2, 2] && channels.array == [0.1, 0.3, 0.2, 0.4])
  }

  @Test func imagesAreCroppedToWhatBothHave() {
    let wide = noise(width: 8, height: 4, channels: 1), high = noise(width: 6, height: 9, channels: 1)
    #expect(wide.cropped(toFit: high) == wide.cropped(x: 0, y: 0, width: 6, height: 4))
    #expect(high.cropped(toFit: wide) == high.cropped(x: 0, y: 0, width: 6, height: 4))
  }
}
