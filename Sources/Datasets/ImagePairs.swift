import Imaging

/// An image as it should be and, where there is one, the image to restore it from.
public struct ImagePair: Sendable {
  /// What reports call it.
  public let name: String
  /// The input; nil where it is made from a crop of the target, by adding noise.
  public let lowQuality: Image?
  public let target: Image

  public init(name: String, lowQuality: Image?, target: Image) {
    self.name = name
    self.lowQuality = lowQuality
    self.target = target
  }
}

/// Pairs by number: photos on disk, or images drawn on the fly.
public protocol ImagePairs: Sendable {
  /// How many different pairs there are; nil when they never end.
  var count: Int? { get }

  /// The pair of a number, any number from 0 on: past the last one it begins again. The same number gives the same pair.
  /// - Throws: `InputError` that names the file.
  func pair(_ index: Int) throws -> ImagePair
}
