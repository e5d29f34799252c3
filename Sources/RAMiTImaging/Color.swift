/// A colour without alpha, 8 bits a component.
public struct Color: Equatable, Sendable, CustomStringConvertible {
  public var red, green, blue: UInt8

  /// Red, green and blue of sRGB.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// Opaque, as every colour.
  public static let white = Color(red: 255, green: 255, blue: 255), black = Color(red: 0, green: 0, blue: 0)

  private static let names: [String: Color] = [
    "white": .white, "black": .black, "gray": Color(red: 128, green: 128, blue: 128),
    "grey": Color(red: 128, green: 128, blue: 128), "red": Color(red: 255, green: 0, blue: 0),
    "green": Color(red: 0, green: 128, blue: 0), "blue": Color(red: 0, green: 0, blue: 255),
  ]

  /// From a name, "#rrggbb", "#rgb" or "red,green,blue"; nil for other text.
  public init?(_ text: String) {
    let text = text.lowercased()
    if let named = Self.names[text] {
      self = named
      return
    }
    var values: [UInt8] = []
    if text.hasPrefix("#") {
      let digits = text.utf8.dropFirst().map { UInt8(String(UnicodeScalar($0)), radix: 16) }
      guard digits.count == 3 || digits.count == 6, !digits.contains(nil) else { return nil }
      let known = digits.compactMap { $0 }
      values = digits.count == 3 ? known.map { 17 * $0 } : (0..<3).map { 16 * known[2 * $0] + known[2 * $0 + 1] }
    } else {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        let digits = part.filter { $0 != " " }
        return digits.allSatisfy { $0.isASCII && $0.isNumber } ? UInt8(digits) : nil
      }
      guard parts.count == 3, !parts.contains(nil) else { return nil }
      values = parts.compactMap { $0 }
    }
    self.init(red: values[0], green: values[1], blue: values[2])
  }

  var isGray: Bool { red == green && green == blue }

  /// Text that `init(_:)` reads.
  public var description: String {
    self == .white ? "white" : self == .black ? "black" : "\(red),\(green),\(blue)"
  }
}
