/// Colours for numbers from 0 to 1, through colours at even distances.
package struct ColorMap: Sendable {
  private let colors: [Color]

  /// - Precondition: there are two colours or more.
  init(_ colors: [Color]) {
    precondition(colors.count >= 2, "a colour map goes from a colour to another")
    self.colors = colors
  }

  /// From dark violet over blue and green to yellow: each colour is lighter than the one before, also in print and for
  /// people who do not see red and green apart.
  package static let sequential = ColorMap([
    Color(red: 52, green: 11, blue: 84), Color(red: 62, green: 66, blue: 135), Color(red: 44, green: 115, blue: 142),
    Color(red: 33, green: 160, blue: 133), Color(red: 108, green: 200, blue: 92), Color(red: 250, green: 230, blue: 50),
  ])

  /// From blue over white, for the middle, to red.
  package static let diverging = ColorMap([
    Color(red: 25, green: 65, blue: 150), Color(red: 120, green: 165, blue: 220),
    Color(red: 250, green: 250, blue: 250),
    Color(red: 235, green: 145, blue: 110), Color(red: 165, green: 20, blue: 40),
  ])

  /// From white to deep red, for what lies on white.
  package static let reds = ColorMap([
    Color(red: 255, green: 255, blue: 255), Color(red: 252, green: 190, blue: 165),
    Color(red: 240, green: 95, blue: 70),
    Color(red: 195, green: 20, blue: 35), Color(red: 105, green: 0, blue: 20),
  ])

  /// The colour of a number; those outside of 0 to 1, and what is no number, have that of the nearer end.
  package func callAsFunction(_ value: Double) -> Color {
    let place = (value > 0 ? min(value, 1) : 0) * Double(colors.count - 1)
    let index = min(Int(place), colors.count - 2), share = place - Double(index)
    func mixed(_ component: KeyPath<Color, UInt8>) -> UInt8 {
      let (a, b) = (Double(colors[index][keyPath: component]), Double(colors[index + 1][keyPath: component]))
      return UInt8((a + (b - a) * share).rounded())
    }
    return Color(red: mixed(\.red), green: mixed(\.green), blue: mixed(\.blue))
  }

  /// An image of values.
  /// - Parameters:
  ///   - values: width x height, row by row.
  ///   - range: the numbers that have the first and the last colour.
  package func image(_ values: [Float], width: Int, height: Int, range: ClosedRange<Double>) -> Image {
    precondition(values.count == width * height, "\(values.count) values for \(width) x \(height)")
    let span = max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    let pixels = values.flatMap { value -> [UInt8] in
      let color = self((Double(value) - range.lowerBound) / span)
      return [color.red, color.green, color.blue]
    }
    return Image(width: width, height: height, channels: 3, samples: .uint8(pixels))
  }
}
