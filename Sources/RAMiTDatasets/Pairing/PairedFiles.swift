import RAMiTDiagnostics
import RAMiTImaging

/// The files of pairs, and what is wrong with their names.
package struct PairedFiles: Sendable {
  package struct Pair: Equatable, Sendable {
    /// The target's path in its folder, without extension; with it where photos without inputs share a stem.
    package let name: String
    package let target: String
    /// The file of the input; nil where it is made from the target.
    package let input: String?
  }
  package var pairs: [Pair] = []
  /// A file without its partner, or a second one of a name; each names its file.
  package var errors: [InputError] = []
  /// What may be a picture of the set and is not read: a GIF, a folder that cannot be opened, a link that leads
  /// nowhere.
  package var unread: [InputError] = []
  /// Files and folders that were left alone, with their paths.
  package var omissions = ImageTree.Omissions()
  /// Files that are no images.
  package var others: Int { omissions.notImages.count }

  /// All pairs of several folders.
  static func joined(_ parts: [PairedFiles]) -> PairedFiles {
    var joined = PairedFiles()
    for part in parts {
      joined.pairs += part.pairs
      joined.errors += part.errors
      joined.unread += part.unread
      joined.omissions += part.omissions
    }
    return joined
  }

  private init() {}

  /// With what the finder has left out of folders, and no pairs yet.
  private init(leftOutOf folders: ImageFolder...) {
    for folder in folders {
      unread += folder.errors
      omissions += folder.omissions.located(in: folder.path)
    }
  }

  /// Photos alone. Two of one stem, `a.png` and `a.jpg`, are two photos.
  init(photos: ImageFolder) {
    self.init(leftOutOf: photos)
    let stems = photos.files.map { ImageFolder.stem(of: $0) }
    var count: [ByteString: Int] = [:]
    for name in stems + photos.files { count[ByteString(name), default: 0] += 1 }
    pairs = zip(photos.files, stems).map { file, stem in
      Pair(name: count[ByteString(stem)] == 1 ? stem : file, target: photos.location(of: file), input: nil)
    }
  }

  /// Pairs files by their names; never by position.
  init(targets: ImageFolder, inputs: ImageFolder, scale: Int) {
    self.init(targets: targets, inputs: inputs) { NameSpelling.inputs(for: $0, scale: scale) }
  }

  /// - Parameter namesOfInput: what the input of a target may be called, both without extension; the first that is
  ///   there is taken.
  init(targets: ImageFolder, inputs: ImageFolder, namesOfInput: (_ target: String) -> [String]) {
    self.init(leftOutOf: targets, inputs)
    let stems = index(targets), partners = index(inputs)
    var unused = Set(partners.values.map(ByteString.init))
    for file in targets.files {
      let stem = ImageFolder.stem(of: file)
      guard let known = stems[ByteString(stem)], ByteString(known) == ByteString(file) else { continue }
      let names = namesOfInput(stem)
      let partner = names.lazy.compactMap { partners[ByteString($0)] }.first { unused.contains(ByteString($0)) }
      guard let partner else {
        errors.append(
          InputError(
            targets.location(of: file), expected: "an input named \(names.joined(separator: " or ")) in \(inputs.path)",
            found: inputs.files.count.counted("image") + " of other names"))
        continue
      }
      unused.remove(ByteString(partner))
      pairs.append(Pair(name: stem, target: targets.location(of: file), input: inputs.location(of: partner)))
    }
    for file in inputs.files where unused.contains(ByteString(file)) {
      errors.append(
        InputError(
          inputs.location(of: file), expected: "a target of its name in \(targets.path)",
          found: targets.files.count.counted("image") + " of other names"))
    }
  }

  /// The files by their stems; a second file of a stem is an error, as a partner would not know which one is meant.
  mutating func index(_ folder: ImageFolder) -> [ByteString: String] {
    var result: [ByteString: String] = [:]
    for file in folder.files {
      let stem = ByteString(ImageFolder.stem(of: file))
      if let other = result[stem] {
        errors.append(
          InputError(folder.location(of: file), expected: "one image of a name", found: "\(other) beside it"))
      } else {
        result[stem] = file
      }
    }
    return result
  }
}

/// A name by its bytes, as the file system compares names: Swift takes a composed and a decomposed `é` for the same.
package struct ByteString: Hashable, Sendable {
  private let bytes: [UInt8]

  package init(_ text: String) { bytes = Array(text.utf8) }
}
