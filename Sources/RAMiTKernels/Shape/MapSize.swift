/// A whole number for each of a map's two axes: the stride, padding or size of a window.
public struct IntPair: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// Along the rows and along the columns of a map.
  public var height, width: Int

  /// The numbers of both axes.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// The same number for both axes.
  public init(_ both: Int) { self.init(both, both) }

  /// The height before the width, `3 x 5`.
  public var description: String { "\(height) x \(width)" }

  /// True when both numbers are `value`.
  func isBoth(_ value: Int) -> Bool { height == value && width == value }

  enum Axis { case height, width }

  /// The number of one axis.
  subscript(axis: Axis) -> Int { axis == .height ? height : width }
}

#if !hasFeature(Embedded)
  extension IntPair: Codable {}
#endif

/// The size of feature maps N x H x W x C, without the channels.
package struct MapSize {
  let images: Int
  let height: Int
  let width: Int

  package init(images: Int, height: Int, width: Int) {
    self.images = images
    self.height = height
    self.width = width
  }
}
