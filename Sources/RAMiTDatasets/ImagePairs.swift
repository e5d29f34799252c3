import RAMiTDiagnostics
import RAMiTImaging

/// An image as it should be and, where there is one, the image to restore it from.
public struct ImagePair: Sendable {
  /// What reports call it.
  public let name: String
  /// The input; nil where it is made from a crop of the target, by adding noise.
  public let input: Image?
  /// Each side is the input's times the scale, or differs from that by less than the scale.
  public let target: Image

  /// - Parameter input: has the channels of the target.
  public init(name: String, input: Image?, target: Image) {
    self.name = name
    self.input = input
    self.target = target
  }
}

/// Chooses where a patch is cropped: its top left pixel, in pixels of the input.
///
/// It gets how many places there are in each direction, at least 1, and returns one of 0 ..< columns and 0 ..< rows.
public typealias PatchChoice = (_ columns: Int, _ rows: Int) -> (x: Int, y: Int)

/// Pairs by number: photos on disk, or images drawn on the fly.
public protocol ImagePairs: Sendable {
  /// How many different pairs there are; nil when they never end.
  var count: Int? { get }

  /// The pair of a number from 0 on, always the same; past the last pair they repeat.
  /// - Throws: `InputError` that names the file.
  func pair(_ index: Int) throws -> ImagePair

  /// The same part of both images of a pair: `patch` pixels square of the input, `scale` times that of the target.
  /// - Throws: `InputError` that names the file, also when the pair is smaller than the patch.
  func crop(_ index: Int, patch: Int, scale: Int, at choice: PatchChoice) throws -> ImagePair

  /// Several crops of one pair, in the order of their choices, each as `crop` gives it. By default it calls `crop` for
  /// each; a type whose pairs are costly to open opens the pair once.
  /// - Throws: `InputError` that names the file; `crop` may still give some of the crops.
  func crops(_ index: Int, patch: Int, scale: Int, at choices: [PatchChoice]) throws -> [ImagePair]

  /// What the pair of a number is opened from: numbers with the same source give the same pair. Nil, the default, where
  /// opening a pair once for several crops saves nothing.
  func source(_ index: Int) -> Int?
}

extension ImagePairs {
  /// Calls `crop` for each.
  public func crops(_ index: Int, patch: Int, scale: Int, at choices: [PatchChoice]) throws -> [ImagePair] {
    try choices.map { try crop(index, patch: patch, scale: scale, at: $0) }
  }

  /// Nil.
  public func source(_ index: Int) -> Int? { nil }

  /// Reads the whole pair: a type that can read parts of its files has a method of its own.
  public func crop(_ index: Int, patch: Int, scale: Int, at choice: PatchChoice) throws -> ImagePair {
    let pair = try pair(index)
    let (x, y) = try patchPlace(
      name: pair.name, input: pair.input.map { ($0.width, $0.height) },
      target: (pair.target.width, pair.target.height), patch: patch, scale: scale, at: choice)
    return ImagePair(
      name: pair.name, input: pair.input?.cropped(x: x, y: y, width: patch, height: patch),
      target: pair.target.cropped(x: x * scale, y: y * scale, width: patch * scale, height: patch * scale))
  }
}

/// Asks for the place of a patch.
/// - Throws: `InputError` when the pair is smaller than the patch.
func patchPlace(
  name: String, input: (width: Int, height: Int)?, target: (width: Int, height: Int), patch: Int, scale: Int,
  at choice: PatchChoice
) throws -> (x: Int, y: Int) {
  // An input that was rounded up has a last pixel that its target does not cover.
  let width = min(input?.width ?? .max, target.width / scale)
  let height = min(input?.height ?? .max, target.height / scale)
  guard min(width, height) >= patch else { throw tooSmall(name, width, height, patch: patch, scale: scale) }
  let (x, y) = choice(width - patch + 1, height - patch + 1)
  precondition(0...width - patch ~= x && 0...height - patch ~= y, "the patch leaves the image")
  return (x, y)
}

func tooSmall(_ file: String, _ width: Int, _ height: Int, patch: Int, scale: Int) -> InputError {
  InputError(
    file, expected: "an image of at least \(patch * scale) x \(patch * scale) pixels for patches of \(patch)",
    found: "about \(width * scale) x \(height * scale)")
}
