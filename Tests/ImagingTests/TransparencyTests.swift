import RAMiTImaging
import Testing

@Suite struct TransparencyTests {
  @Test func colors() {
    #expect(Color("white") == .white && Color("BLACK") == .black)
    #expect(Color("#102030") == Color(red: 16, green: 32, blue: 48) && Color("#fFf") == .white)
    #expect(Color("1, 2,255") == Color(red: 1, green: 2, blue: 255))
    for text in ["", "#12345", "#gggggg", "1,2", "1,2,256", "1,2,-3", "1,2,3,4", "1,,2", "+1,2,3", "nocolor"] {
      #expect(Color(text) == nil, "\(text)")
    }
  }

  @Test(arguments: [8, 16]) func layingOnAColor(bits: Int) {
    let top = bits == 8 ? 255 : 65535
    func image(_ channels: Int, _ values: [Int]) -> Image {
      let samples: Image.Samples = bits == 8 ? .uint8(values.map { UInt8($0) }) : .uint16(values.map { UInt16($0) })
      return Image(width: values.count / channels, height: 1, channels: channels, samples: samples)
    }
    let half = top / 2, blue = Color(red: 0, green: 0, blue: 255)
    // Opaque, clear, half.
    let colored = image(4, [10, 20, 30, top, 10, 20, 30, 0, top, 0, 0, half])
    #expect(colored.flattened(onto: blue) == image(3, [10, 20, 30, 0, 0, top, half, 0, top - half]))
    let gray = image(2, [10, top, 10, 0, 0, half])
    #expect(gray.flattened(onto: .white) == image(1, [10, top, top - half]))
    #expect(gray.flattened(onto: blue) == image(3, [10, 10, 10, 0, 0, top, 0, 0, top - half]))
    // Where nothing shows through, gray stays gray.
    #expect(image(2, [10, top]).flattened(onto: blue) == image(1, [10]))
    #expect(image(3, [1, 2, 3]).flattened(onto: blue) == image(3, [1, 2, 3]))
  }

  /// Hidden colours become those of the neighbours; all that is visible stays.
  @Test(arguments: [2, 4], [8, 16]) func hiddenColorsAreFilled(channels: Int, bits: Int) {
    let top = bits == 8 ? 255 : 65535
    func isVisible(_ x: Int, _ y: Int) -> Bool { (9...17).contains(x) && (5...12).contains(y) }
    func value(_ x: Int, _ y: Int, _ c: Int) -> Int {
      if c == channels - 1 { return isVisible(x, y) ? (x == 9 ? top / 3 : top) : 0 }
      return isVisible(x, y) ? 100 + 20 * c : top
    }
    let make = bits == 8 ? drawn : deep
    let filled = make(33, 21, channels, value).fillingTransparentColors()
    let flat = make(33, 21, channels) { x, y, c in c == channels - 1 ? value(x, y, c) : 100 + 20 * c }
    #expect(filled == flat)
    // Of two colours each fills its side.
    let two = make(40, 9, channels) { x, y, c in
      let isLeft = x < 8, isRight = x >= 32
      return c == channels - 1 ? (isLeft || isRight ? top : 0) : isLeft ? 50 : isRight ? 90 : 0
    }.fillingTransparentColors()
    let row = levels(two)
    #expect((8..<20).allSatisfy { row[$0 * channels] == 50 } && (20..<32).allSatisfy { row[$0 * channels] == 90 })
    // A pixel between two is their mean, weighted by alpha.
    let between = make(3, 1, channels) { x, _, c in c == channels - 1 ? [top, 0, top / 5][x] : [10, 0, 70][x] }
    #expect(levels(between.fillingTransparentColors())[channels] == 20)
  }

  @Test func nothingVisibleOrNothingHiddenStays() {
    let clear = drawn(width: 5, height: 3, channels: 4) { x, y, c in c == 3 ? 0 : x + y }
    #expect(clear.fillingTransparentColors() == clear)
    let thin = drawn(width: 5, height: 3, channels: 4) { x, y, c in c == 3 ? 1 : x * y }
    #expect(thin.fillingTransparentColors() == thin)
    let opaque = Picture.image(channels: 3)
    #expect(opaque.fillingTransparentColors() == opaque)
    let one = drawn(width: 1, height: 1, channels: 4) { _, _, _ in 0 }
    #expect(one.fillingTransparentColors() == one)
  }
}
