import Foundation
import RAMiTImaging
import Testing

/// The canvas: exact shares of pixels, lines without joints, and images where they should be.
@Suite struct CanvasTests {
  /// The red values of a black drawing on white, as shares of black.
  private func shares(_ canvas: Canvas) -> [Double] {
    guard case .uint8(let values) = canvas.image.samples else { return [] }
    return stride(from: 0, to: values.count, by: 3).map { 1 - Double(values[$0]) / 255 }
  }

  @Test func aRectangleCoversItsShareOfEachPixel() {
    var canvas = Canvas(width: 4, height: 3)
    canvas.fillRectangle(x: 0.25, y: 0.5, width: 2.5, height: 1.75, .black)
    let columns = [0.75, 1, 0.75, 0], rows = [0.5, 1, 0.25]
    for (place, share) in shares(canvas).enumerated() {
      #expect(abs(share - columns[place % 4] * rows[place / 4]) <= 0.5 / 255 + 1e-6, "pixel \(place)")
    }
  }

  @Test(arguments: [
    [Point(1.3, 0.7), Point(8.9, 3.2), Point(2.1, 7.8)], [Point(0.5, 0.5), Point(9.5, 0.6), Point(9.4, 9.3)],
    [Point(2, 2), Point(2, 8), Point(8, 8), Point(8, 2)], [Point(5, 1), Point(9, 5), Point(5, 9), Point(1, 5)],
  ])
  func aPolygonCoversItsArea(_ corners: [Point]) {
    let area =
      abs(
        corners.indices.reduce(0.0) { sum, index in
          let (a, b) = (corners[index], corners[(index + 1) % corners.count])
          return sum + a.x * b.y - b.x * a.y
        }) / 2
    for outline in [corners, corners.reversed()] {
      var mask = CoverageMask(left: 0, top: 0, width: 10, height: 10)
      mask.add([outline])
      #expect(abs(mask.values.reduce(0) { $0 + Double($1) } - area) < 1e-4)
      #expect(mask.values.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test func halfOfAPixelBesideADiagonalIsCovered() {
    var mask = CoverageMask(left: 0, top: 0, width: 3, height: 3)
    mask.add([[Point(0, 0), Point(3, 3), Point(0, 3)]])
    #expect(mask.values == [0.5, 0, 0, 1, 0.5, 0, 1, 1, 0.5])
  }

  @Test func shapesOutsideAreCutOff() {
    var canvas = Canvas(width: 5, height: 4)
    canvas.fillRectangle(x: -1e9, y: -3, width: 2e9, height: 5, .black)
    canvas.fillRectangle(x: .nan, y: 0, width: 1, height: 1, .black)
    canvas.fillCircle(center: Point(-50, 1e7), radius: 10, .black)
    #expect(shares(canvas) == [Double](repeating: 1, count: 10) + [Double](repeating: 0, count: 10))
  }

  @Test func aCircleHasItsArea() {
    for radius in [2.5, 10, 31] {
      var canvas = Canvas(width: 80, height: 80), ring = Canvas(width: 80, height: 80)
      canvas.fillCircle(center: Point(40.3, 39.6), radius: radius, .black)
      #expect(abs(shares(canvas).reduce(0, +) / (.pi * radius * radius) - 1) < 0.03)
      ring.strokeCircle(center: Point(40, 40), radius: radius, lineWidth: 2, .black)
      #expect(abs(shares(ring).reduce(0, +) / (4 * .pi * radius) - 1) < 0.03)
      #expect(radius < 3 || shares(ring)[40 * 80 + 40] == 0)
    }
  }

  /// The pieces of a line overlap; a sum of them would show each joint.
  @Test func aLineOfManyPiecesIsOneLine() {
    var pieces = Canvas(width: 40, height: 20), whole = Canvas(width: 40, height: 20)
    let points = (0...8).map { Point(4 + 4 * Double($0), 5.3 + 1.1 * Double($0)) }
    pieces.line(points, lineWidth: 1.7, .black)
    whole.line([points[0], points[8]], lineWidth: 1.7, .black)
    for (a, b) in zip(shares(pieces), shares(whole)) { #expect(abs(a - b) < 0.06) }
  }

  @Test func dashesLeaveGaps() {
    var canvas = Canvas(width: 40, height: 5)
    canvas.line([Point(2, 2.5), Point(38, 2.5)], lineWidth: 1, .black, dash: [6, 6])
    let row = Array(shares(canvas)[80..<120])
    #expect(row[5] == 1 && row[11] < 0.01 && row[17] == 1 && row[23] < 0.01)
  }

  @Test func aFrameLeavesWhatItEncloses() {
    var canvas = Canvas(width: 12, height: 12)
    canvas.strokeRectangle(x: 4, y: 3, width: 5, height: 6, lineWidth: 2, .black)
    let values = shares(canvas)
    for y in 0..<12 {
      for x in 0..<12 {
        let inside = (4..<9).contains(x) && (3..<9).contains(y)
        let framed = (2..<11).contains(x) && (1..<11).contains(y) && !inside
        #expect(values[y * 12 + x] == (framed ? 1 : 0), "\(x), \(y)")
      }
    }
  }

  @Test func imagesAreDrawnInSquares() {
    let image = Image(width: 2, height: 1, channels: 1, samples: .uint8([10, 200]))
    var canvas = Canvas(width: 8, height: 4)
    canvas.draw(image, x: 1, y: -1, width: 6, height: 3)
    guard case .uint8(let values) = canvas.image.samples else { return }
    let red = stride(from: 0, to: values.count, by: 3).map { values[$0] }
    #expect(Array(red[0..<8]) == [255, 10, 10, 10, 200, 200, 200, 255])
    #expect(Array(red[8..<16]) == Array(red[0..<8]) && Array(red[16..<24]) == [UInt8](repeating: 255, count: 8))
  }

  @Test func opacityMixesColors() {
    var canvas = Canvas(width: 1, height: 1)
    canvas.fillRectangle(x: 0, y: 0, width: 1, height: 1, Color(red: 155, green: 55, blue: 255), opacity: 0.5)
    #expect(canvas.image.samples == .uint8([205, 155, 255]))
  }
}

/// Colours of numbers.
@Suite struct ColorMapTests {
  private func luma(_ color: Color) -> Double {
    0.2126 * Double(color.red) + 0.7152 * Double(color.green) + 0.0722 * Double(color.blue)
  }

  @Test func lightnessOrdersTheSequentialColors() {
    let values = (0...100).map { luma(ColorMap.sequential(Double($0) / 100)) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
    let reds = (0...100).map { luma(ColorMap.reds(Double($0) / 100)) }
    #expect(zip(reds, reds.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func theMiddleOfTheDivergingColorsIsTheLightest() {
    let values = (0...20).map { luma(ColorMap.diverging(Double($0) / 20)) }
    #expect(values.max() == values[10] && ColorMap.diverging(0.5) == Color(red: 250, green: 250, blue: 250))
  }

  @Test func numbersBeyondTheEndsHaveTheirColors() {
    let map = ColorMap.diverging
    #expect(map(-3) == map(0) && map(7) == map(1) && map(.nan) == map(0) && map(.infinity) == map(1))
    let image = map.image([0, 5, 10], width: 3, height: 1, range: 0...10)
    let expected = [map(0), map(0.5), map(1)].flatMap { [$0.red, $0.green, $0.blue] }
    #expect(image.samples == .uint8(expected))
  }
}
