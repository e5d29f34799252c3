import RAMiTImaging
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Turning, cropping, colours, tensors and bicubic resizing.
@Suite struct ImageTests {
  /// A sample by its place.
  private func at(_ image: Image, _ x: Int, _ y: Int, _ c: Int = 0) -> Int {
    let place = (y * image.width + x) * image.channels + c
    switch image.samples {
    case .uint8(let values): return Int(values[place])
    case .uint16(let values): return Int(values[place])
    }
  }

  @Test(arguments: [8, 16]) func geometry(bits: Int) {
    let image = Picture.image(channels: 3, bits: bits), (w, h) = (Picture.width, Picture.height)
    let crop = image.cropped(x: 3, y: 5, width: 7, height: 4)
    #expect(crop.width == 7 && crop.height == 4 && at(crop, 6, 3, 2) == Picture.sample(9, 8, 2, bits: bits))
    let flipped = image.turned(.flippedHorizontally)
    #expect(at(flipped, 2, 5, 1) == Picture.sample(w - 3, 5, 1, bits: bits))
    let quarter = image.turned(.quarterTurnCounterclockwise)
    #expect(quarter.width == h && quarter.height == w)
    // Counter-clockwise: the upper right corner goes to the upper left.
    #expect(at(quarter, 0, 0, 1) == Picture.sample(w - 1, 0, 1, bits: bits))
    #expect(at(quarter, 0, w - 1, 1) == Picture.sample(0, 0, 1, bits: bits))
    #expect(image.turned(.halfTurn) == quarter.turned(.quarterTurnCounterclockwise))
    #expect(image.turned(.quarterTurnClockwise) == quarter.turned(.halfTurn))
  }

  @Test func colors() {
    let image = Picture.image(channels: 4)
    let gray = image.grayscale(), rgb = image.rgb()
    #expect(gray.channels == 1 && rgb.channels == 3 && rgb == image.opaque)
    for (x, y) in [(0, 0), (4, 9), (20, 17)] {
      let (r, g, b) = (at(image, x, y, 0), at(image, x, y, 1), at(image, x, y, 2))
      #expect(abs(Double(at(gray, x, y)) - (0.299 * Double(r) + 0.587 * Double(g) + 0.114 * Double(b))) <= 0.51)
      #expect(at(image.alpha!, x, y) == at(image, x, y, 3))
    }
    #expect(image.opaque.with(alpha: image.alpha!) == image)
    #expect(gray.rgb().grayscale() == gray && gray.alpha == nil)
    let wide = Picture.image(channels: 2, bits: 16)
    #expect(wide.grayscale() == wide.opaque && wide.rgb().channels == 3)
  }

  @Test(arguments: [8, 16]) func tensors(bits: Int) {
    let image = Picture.image(channels: 3, bits: bits)
    let tensor = image.tensor()
    #expect(tensor.shape == [Picture.height, Picture.width, 3])
    let maximum: Float = bits == 8 ? 255 : 65535
    #expect(tensor.array[64] == Float(at(image, 0, 1, 1)) / maximum)
    #expect(Image(tensor, bitDepth: bits) == image)
    let odd = Image(Tensor([-1, 2, .nan, 0.5 / 255, 1.5 / 255, .infinity], [1, 2, 3]))
    #expect(odd.samples == .uint8([0, 255, 0, 0, 2, 255]))
  }

  /// Against a dense matrix in NumPy.
  @Test func bicubic() throws {
    let (half, third) = (
      try ImageFile.read(fixture("bicubic_half.png")), try ImageFile.read(fixture("bicubic_third.png"))
    )
    let double = try ImageFile.read(fixture("bicubic_double.png")),
      triple = try ImageFile.read(fixture("bicubic_triple.png"))
    let image = Picture.image(channels: 3), even = image.cropped(x: 0, y: 0, width: 18, height: 18)
    #expect(bicubicDownscale(even, by: 2) == half)
    #expect(bicubicDownscale(even, by: 3) == third)
    #expect(bicubicUpscale(image, by: 2) == double)
    #expect(bicubicUpscale(image, by: 3) == triple)
    #expect(bicubicDownscale(image, by: 2) == bicubicDownscale(image.cropped(x: 0, y: 0, width: 20, height: 18), by: 2))
  }

  @Test func constantImagesStayConstant() {
    let step = testSize(7, full: 1)
    for width in stride(from: 1, through: 64, by: step) {
      for height in 1...64 {
        func constant(_ width: Int, _ height: Int) -> Image {
          let samples = [UInt16](repeating: 12345, count: width * height)
          return Image(width: width, height: height, channels: 1, samples: .uint16(samples))
        }
        for scale in [0.25, 0.3, 0.5, 1, 1.7, 4] {
          let (newWidth, newHeight) = (max(1, Int(Double(width) * scale)), max(1, Int(Double(height) * scale)))
          let resized = bicubicResize(constant(width, height), width: newWidth, height: newHeight, scale: scale)
          #expect(resized == constant(newWidth, newHeight), "\(width) x \(height) by \(scale)")
        }
      }
    }
  }
}
