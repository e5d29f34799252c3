import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

/// The image files of a folder and of the folders in it.
package struct ImageFolder: Sendable {
  package let path: String
  /// The files relative to the folder, in the order of their names' bytes.
  package let files: [String]
  /// Files and folders that were left alone: notes, hidden files, folders of thumbnails.
  package let omissions: ImageTree.Omissions
  /// What may be a picture and is not read: a folder that cannot be opened, a link that leads nowhere, a GIF.
  package let errors: [InputError]
  /// How many other files there are: notes, thumbnails, metadata.
  package var others: Int { omissions.notImages.count }

  /// - Parameters:
  ///   - pattern: with one `*`, which files count: `*_HR` those whose names end so, before the extension.
  ///   - excluded: a folder that is left out, where it lies in this one.
  ///   - isDeep: false leaves out the folders in it.
  /// - Throws: `InputError` when there is no such folder, or no image in it.
  package init(_ path: String, pattern: String? = nil, excluding excluded: String? = nil, isDeep: Bool = true) throws {
    let tree = try ImageTree(path, excluding: excluded, isDeep: isDeep)
    func fits(_ file: String) -> Bool { pattern.map { Self.stem(of: file).matches(pattern: $0) } ?? true }
    files = tree.images.map(\.path).filter(fits)
    guard !files.isEmpty else {
      if let error = tree.errors.first { throw error }
      let found =
        tree.images.isEmpty
        ? tree.omissions.text ?? "an empty folder" : tree.images.count.counted("image") + " of other names"
      throw InputError(path, expected: pattern.map { "images named \($0)" } ?? "images", found: found)
    }
    self.path = path
    var omissions = tree.omissions
    if pattern != nil { omissions.otherNames = tree.images.map(\.path).filter { !fits($0) } }
    self.omissions = omissions
    errors = tree.errors.filter { fits($0.location.lastPathPart) }
  }

  /// The folder with these of its files alone.
  func holding(_ files: [String]) -> ImageFolder {
    ImageFolder(path: path, files: files, omissions: omissions, errors: errors)
  }

  /// The folder, whose images of other names are not left out where they are of `partner`, the other side in it.
  func omittingNone(of partner: ImageFolder) -> ImageFolder {
    guard partner.path == path else { return self }
    let taken = Set(partner.files.map(ByteString.init))
    var omissions = omissions
    omissions.otherNames.removeAll { taken.contains(ByteString($0)) }
    return ImageFolder(path: path, files: files, omissions: omissions, errors: errors)
  }

  /// The folder, whose omissions are told by `other` where that is the same folder.
  func omittingAll(beside other: ImageFolder) -> ImageFolder {
    other.path == path
      ? ImageFolder(path: path, files: files, omissions: ImageTree.Omissions(), errors: errors) : self
  }

  private init(path: String, files: [String], omissions: ImageTree.Omissions, errors: [InputError]) {
    (self.path, self.files, self.omissions, self.errors) = (path, files, omissions, errors)
  }

  func location(of file: String) -> String { path.appendingPath(file) }

  /// A file's name without its extension: what pairs it with another.
  static func stem(of file: String) -> String { file.withoutPathEnding }
}

extension String {
  /// - Parameter pattern: text with one `*`, which stands for anything.
  fileprivate func matches(pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return self == pattern }
    return count >= parts[0].count + parts[1].count && hasPrefix(parts[0]) && hasSuffix(parts[1])
  }
}
