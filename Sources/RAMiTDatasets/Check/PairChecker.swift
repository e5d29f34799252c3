import RAMiTDiagnostics
import RAMiTImaging

/// What is wrong with a pair of files.
struct PairError {
  /// The pair's place.
  let pair: Int
  let error: InputError
}

/// Finds what is wrong with pairs of files, from what is known of each file.
struct PairChecker {
  let settings: PairSettings
  /// The least side of an input.
  let patch: Int
  /// 3 for a set in RGB, 1 for a gray one; nil goes by what most files are.
  var channels: Int?
  /// Names of gray images that belong to a set in RGB.
  var gray: [String] = []
  /// False to let any format pass, as long as it can be converted.
  var comparesFormats = true

  /// - Parameter facts: of a file, or why there are none.
  /// - Returns: at most one error a file, in the order of the pairs.
  func find(in pairs: [PairedFiles.Pair], facts: (String) -> Result<ImageHeader, InputError>) -> [PairError] {
    let files = pairs.flatMap { [$0.target] + ($0.input.map { [$0] } ?? []) }
    let known = files.compactMap { try? facts($0).get() }
    let isGray = channels.map { $0 == 1 } ?? (2 * known.count(where: \.isGray) > known.count)
    let isDeep = 2 * known.count { $0.bitDepth == 16 } > known.count
    func oddity(_ pair: PairedFiles.Pair, _ file: String, _ facts: ImageHeader) -> InputError? {
      guard comparesFormats else { return nil }
      if facts.isCMYK {
        return InputError(file, expected: "an image in RGB", found: "CMYK, whose colours are a printer's")
      }
      if settings.convertsImages { return nil }
      if (facts.bitDepth == 16) != isDeep {
        return InputError(file, expected: "\(isDeep ? 16 : 8) bits, as the others", found: "\(facts.bitDepth)")
      }
      // Everything is made gray for a gray task.
      guard facts.isGray != isGray, settings.channels == 3 || channels == 1, !gray.contains(pair.name) else {
        return nil
      }
      return InputError(
        file, expected: isGray ? "a gray image, as the others" : "an image in RGB, as the others",
        found: facts.isGray ? "a gray one" : "colours")
    }
    var errors: [PairError] = []
    for (place, pair) in pairs.enumerated() {
      var whole: [ImageHeader] = []
      for file in [pair.target, pair.input].compactMap({ $0 }) {
        switch facts(file) {
        case .failure(let error): errors.append(PairError(pair: place, error: error))
        case .success(let found):
          if let error = oddity(pair, file, found) {
            errors.append(PairError(pair: place, error: error))
          } else {
            whole.append(found)
          }
        }
      }
      guard whole.count == (pair.input == nil ? 1 : 2) else { continue }
      if let error = pairSizeError(pair, target: whole[0], input: whole.count > 1 ? whole[1] : nil) {
        errors.append(PairError(pair: place, error: error))
      }
    }
    return errors
  }

  private func pairSizeError(_ pair: PairedFiles.Pair, target: ImageHeader, input: ImageHeader?) -> InputError? {
    if let file = pair.input, let input {
      let error = sizeError(
        file, input: (input.width, input.height), pair.target, target: (target.width, target.height),
        scale: settings.scale)
      if let error { return error }
    }
    let width = target.width / settings.scale, height = target.height / settings.scale
    guard min(width, height) < patch else { return nil }
    return tooSmall(pair.target, width, height, patch: patch, scale: settings.scale)
  }
}

/// An input has its target's size divided by the scale, rounded down or up; nil when it does.
func sizeError(
  _ inputFile: String, input: (width: Int, height: Int), _ targetFile: String, target: (width: Int, height: Int),
  scale: Int
) -> InputError? {
  func fits(_ input: Int, _ target: Int) -> Bool { input == target / scale || input == (target + scale - 1) / scale }
  if fits(input.width, target.width), fits(input.height, target.height) { return nil }
  let size = "\(target.width / scale) x \(target.height / scale)"
  return InputError(
    inputFile, expected: "\(size) pixels, as \(targetFile) has \(target.width) x \(target.height)",
    found: "\(input.width) x \(input.height)")
}

/// What `read` finds in an image file, or why it cannot be read.
func readFacts<Facts>(of path: String, _ read: () throws -> Facts) -> Result<Facts, InputError> {
  Result { try read() }.mapError { $0 as? InputError ?? InputError(path, expected: "an image", found: "\($0)") }
}
