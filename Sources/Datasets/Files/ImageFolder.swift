import Diagnostics
import Foundation
import Imaging

/// The image files of a folder and of the folders in it.
public struct ImageFolder: Sendable {
  public let path: String
  /// The files relative to the folder, in the order of their names.
  public let files: [String]
  /// How many other files there are: notes, thumbnails, metadata.
  public let others: Int

  /// Folders within folders are followed so far; a link that leads to a folder above it would never end.
  private static let deepest = 8

  /// - Parameters:
  ///   - pattern: with one `*`, which files count: `*_HR` those whose names end so, before the extension.
  ///   - excluded: a folder that is left out, where it lies in this one.
  ///   - isDeep: false leaves out the folders in it.
  /// - Throws: `InputError` when there is no such folder, or no image in it.
  public init(_ path: String, pattern: String? = nil, excluding excluded: String? = nil, isDeep: Bool = true) throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw InputError(path, expected: "a folder of images", found: "no folder that can be read")
    }
    var (images, others) = ([String](), 0)
    Self.list(
      path, names, prefix: "", depth: isDeep ? 0 : Self.deepest, excluding: excluded.map(standardized), &images, &others
    )
    if let pattern { images = images.filter { Self.stem(of: $0).matches(pattern: pattern) } }
    guard !images.isEmpty else {
      let kinds = "images (\(ImageFile.extensions.joined(separator: ", ")))"
      throw InputError(
        path, expected: pattern.map { "\(kinds) named \($0)" } ?? kinds, found: "none among \(others) files")
    }
    self.path = path
    self.others = others
    files = images.sorted()
  }

  private static func list(
    _ folder: String, _ names: [String], prefix: String, depth: Int, excluding excluded: String?,
    _ images: inout [String], _ others: inout Int
  ) {
    for name in names where !name.hasPrefix(".") {
      let path = folder + "/" + name
      if isImage(name) {
        images.append(prefix + name)
      } else if let inner = try? FileManager.default.contentsOfDirectory(atPath: path) {
        guard depth < deepest, excluded == nil || standardized(path) != excluded else { continue }
        list(path, inner, prefix: prefix + name + "/", depth: depth + 1, excluding: excluded, &images, &others)
      } else {
        others += 1
      }
    }
  }

  private static func isImage(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return ImageFile.extensions.contains(name[name.index(after: dot)...].lowercased())
  }

  func location(of file: String) -> String { path + "/" + file }

  /// A file's name without its extension: what pairs it with another.
  static func stem(of file: String) -> String { file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file }
}

/// A path that other spellings of the same path have too.
func standardized(_ path: String) -> String {
  URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
}

extension String {
  /// - Parameter pattern: text with one `*`, which stands for anything.
  fileprivate func matches(pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return self == pattern }
    return count >= parts[0].count + parts[1].count && hasPrefix(parts[0]) && hasSuffix(parts[1])
  }
}
