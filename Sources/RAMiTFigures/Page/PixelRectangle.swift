/// A rectangle of whole pixels.
public struct PixelRectangle: Equatable, Sendable, CustomStringConvertible {
  /// The top left pixel.
  public var x, y: Int
  /// The sides.
  public var width, height: Int

  /// A rectangle by its top left pixel and its sides.
  public init(x: Int, y: Int, width: Int, height: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// From `WIDTHxHEIGHT+X+Y`; nil for other text.
  public init?(_ text: String) {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false)
    let sides = (parts.first ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, sides.count == 2, let width = sides[0], let height = sides[1], width > 0, height > 0,
      let x = Int(parts[1]), let y = Int(parts[2]), x >= 0, y >= 0
    else { return nil }
    self.init(x: x, y: y, width: width, height: height)
  }

  /// As `init(_:)` reads it.
  public var description: String { "\(width)x\(height)+\(x)+\(y)" }

  /// Whether it lies in an image of these sides.
  public func isInside(width: Int, height: Int) -> Bool {
    x >= 0 && y >= 0 && self.width <= width && self.height <= height && x <= width - self.width
      && y <= height - self.height
  }

  /// The middle of an image.
  static func middle(width: Int, height: Int, of imageWidth: Int, _ imageHeight: Int) -> PixelRectangle {
    let (width, height) = (min(width, imageWidth), min(height, imageHeight))
    return PixelRectangle(
      x: (imageWidth - width) / 2, y: (imageHeight - height) / 2, width: width, height: height)
  }
}
