/// A picture as it was read, upright, with what its file says about it.
public struct LoadedImage: Sendable {
  public var image: Image
  public var metadata: ImageMetadata
  public let format: ImageFormat
  /// What the reader mended or left out, each a clause for people: "2 more pages", "the end of the file is missing".
  public var notes: [String]
}
