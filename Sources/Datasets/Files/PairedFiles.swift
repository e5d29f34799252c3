import Diagnostics

/// The files of pairs, and what is wrong with their names.
public struct PairedFiles: Sendable {
  public struct Pair: Equatable, Sendable {
    /// The target's path in its folder, without extension.
    public let name: String
    public let target: String
    /// The file of the input; nil where it is made from the target.
    public let input: String?
  }
  public var pairs: [Pair] = []
  /// A file without its partner, or a second one of a name; each names its file.
  public var faults: [InputError] = []
  /// Files that are no images.
  public var others = 0

  /// All pairs of several folders.
  static func joined(_ parts: [PairedFiles]) -> PairedFiles {
    PairedFiles(
      pairs: parts.flatMap(\.pairs), faults: parts.flatMap(\.faults), others: parts.reduce(0) { $0 + $1.others })
  }

  private init(pairs: [Pair], faults: [InputError], others: Int) {
    (self.pairs, self.faults, self.others) = (pairs, faults, others)
  }

  /// Pairs files by their names; never by position.
  init(targets: ImageFolder, inputs: ImageFolder?, scale: Int) {
    others = targets.others + (inputs?.others ?? 0)
    let stems = index(targets)
    let partners = inputs.map { index($0) } ?? [:]
    var unused = Set(partners.values)
    for file in targets.files {
      let stem = ImageFolder.stem(of: file)
      guard stems[stem] == file else { continue }
      guard let inputs else {
        pairs.append(Pair(name: stem, target: targets.location(of: file), input: nil))
        continue
      }
      let names = NameSpelling.inputs(for: stem, scale: scale)
      guard let partner = names.lazy.compactMap({ partners[$0] }).first(where: unused.contains) else {
        faults.append(
          InputError(
            targets.location(of: file), expected: "an input named \(names.joined(separator: " or ")) in \(inputs.path)",
            found: "none"))
        continue
      }
      unused.remove(partner)
      pairs.append(Pair(name: stem, target: targets.location(of: file), input: inputs.location(of: partner)))
    }
    for file in unused.sorted() {
      faults.append(
        InputError(inputs!.location(of: file), expected: "a target of its name in \(targets.path)", found: "none"))
    }
  }

  /// The files by their stems; a second file of a stem is a fault.
  private mutating func index(_ folder: ImageFolder) -> [String: String] {
    var result: [String: String] = [:]
    for file in folder.files {
      let stem = ImageFolder.stem(of: file)
      if let other = result[stem] {
        faults.append(
          InputError(folder.location(of: file), expected: "one image of a name", found: "\(other) beside it"))
      } else {
        result[stem] = file
      }
    }
    return result
  }
}
