/// How the two files of a pair are named after each other.
///
/// `*` is what they have in common, `{scale}` the scale. Data sets have their own ways; files are never paired by
/// position.
public struct NameSpelling: Sendable {
  public let target, input: String

  /// The ways of the published sets, tried in this order.
  public static let known = [
    NameSpelling(target: "*", input: "*"),
    NameSpelling(target: "*", input: "*x{scale}"),  // DIV2K, Flickr2K: 0001.png, 0001x2.png
    NameSpelling(target: "*_HR", input: "*_LR"),  // SelfExSR: img_001_SRF_2_HR.png, img_001_SRF_2_LR.png
    NameSpelling(target: "norain-*", input: "rain-*"),  // Rain100: norain-001.png, rain-001.png
    NameSpelling(target: "norain-*", input: "norain-*x2"),  // Rain100H's folder rain/X2
    NameSpelling(target: "norm-*", input: "rain-*"),
    NameSpelling(target: "normal*", input: "low*"),  // VE-LOL: normal00001.png, low00001.png
    NameSpelling(target: "high*", input: "low*"),
  ]

  /// The input's name for a target's, both without extension; nil when the target is not named this way.
  func input(for target: Substring, scale: Int) -> String? {
    let parts = Self.parts(self.target, scale: scale)
    guard target.count > parts.0.count + parts.1.count, target.hasPrefix(parts.0), target.hasSuffix(parts.1) else {
      return nil
    }
    let inputs = Self.parts(input, scale: scale)
    return inputs.0 + target.dropFirst(parts.0.count).dropLast(parts.1.count) + inputs.1
  }

  private static func parts(_ pattern: String, scale: Int) -> (String, String) {
    let parts = pattern.replacing("{scale}", with: "\(scale)").split(
      separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), String(parts[1]))
  }

  /// The names that the input of a target may have, without extension; the folder is the target's.
  public static func inputs(for stem: String, scale: Int) -> [String] {
    let slash = stem.lastIndex(of: "/").map { stem.index(after: $0) } ?? stem.startIndex
    var names: [String] = []
    for spelling in known where scale > 1 || !spelling.input.contains("{scale}") {
      guard let name = spelling.input(for: stem[slash...], scale: scale) else { continue }
      let path = String(stem[..<slash]) + name
      if !names.contains(path) { names.append(path) }
    }
    return names
  }
}
