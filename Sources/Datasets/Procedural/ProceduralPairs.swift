import Imaging

/// Pairs of drawn images; they never end.
public struct ProceduralPairs: ImagePairs {
  private let leaves: DeadLeaves
  private let width, height: Int
  private let scale: Int
  private let channels: Int
  public let count: Int?

  /// - Parameters:
  ///   - width, height: of the target.
  ///   - scale: above 1 the input is the target's bicubic downscaling; at 1 there is none, and noise is added later.
  ///   - channels: 3 for RGB, 1 for gray.
  ///   - count: an end, after which the images begin again; nil for none.
  public init(seed: UInt64, width: Int, height: Int, scale: Int, channels: Int, count: Int? = nil) {
    leaves = DeadLeaves(seed: seed)
    (self.width, self.height) = (width, height)
    self.scale = scale
    self.channels = channels
    self.count = count
  }

  public func pair(_ index: Int) -> ImagePair {
    let number = count.map { index % $0 } ?? index
    let drawn = leaves.image(number, width: width, height: height)
    let target = channels == 1 ? drawn.grayscale() : drawn
    return ImagePair(
      name: "leaves-\(number)", lowQuality: scale > 1 ? bicubicDownscale(target, by: scale) : nil, target: target)
  }
}
