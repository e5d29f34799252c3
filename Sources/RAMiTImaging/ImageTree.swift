import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// The image files of a folder and of the folders in it, found by their content: the one finder of photos for
/// everything that takes folders.
///
/// Links to folders are followed, and each folder is read once: under its own path where that lies in the tree, else
/// under the shortest path of links, the first in the order of bytes. What is left out is counted, what cannot be read
/// is named.
package struct ImageTree: Sendable {
  /// Paths relative to the folder, in the order of their bytes.
  package private(set) var images: [Image] = []
  /// What may be a picture and is not read: a folder or a file that cannot be opened, a link that leads nowhere, a
  /// picture of a kind that is not read, something that is called an image and is a pipe.
  package private(set) var errors: [InputError] = []
  package private(set) var omissions = Omissions()

  package struct Image: Sendable {
    /// Relative to the folder.
    package let path: String
    /// Nil for a file that is an image by its name alone: reading it will tell what is wrong.
    package let format: ImageFormat?
  }

  /// Folders that systems and network drives keep for themselves, in lower case.
  static let systemFolders: Set<String> = [
    "@eadir", "@recycle", "@recently-snapshot", "@__thumb", "@tmp", "#recycle", "#snapshot", "lost+found",
    "$recycle.bin", "recycler", "system volume information", "__macosx",
  ]

  /// Where the folder that is left out lies in this one; nil where it does not.
  package private(set) var excludedFolder: String?

  private let root: String
  private let excluded: FileStatus.Identity?
  private var seen: Set<FileStatus.Identity> = []
  /// Links to folders that are still to be followed.
  private var links: [String] = []

  /// - Parameters:
  ///   - root: may be a link; its own name may be hidden or a system's.
  ///   - excluding: a folder that is left out where it lies in this one: that of the results.
  ///   - isDeep: false leaves out the folders in it.
  /// - Throws: `InputError` when there is no such folder, or it cannot be read.
  package init(_ root: String, excluding: String? = nil, isDeep: Bool = true) throws(InputError) {
    self.root = root
    let status: FileStatus
    let names: [String]
    do {
      status = try FileStatus(root)
      names = try Folder.names(root)
    } catch {
      let found = error.code == ENOENT ? "no such folder" : error.code == ENOTDIR ? "a file" : "\(error)"
      throw InputError(root, expected: "a folder of images", found: found)
    }
    let excluded = excluding.flatMap { try? FileStatus($0).identity }
    self.excluded = excluded == status.identity ? nil : excluded
    seen = [status.identity]
    // A link to a folder that this one lies in would lead back here.
    var above = root.absolutePath
    while above != "/" {
      above = above.parentPath
      if let identity = try? FileStatus(above).identity { seen.insert(identity) }
    }
    walk(names, in: "", isDeep: isDeep)
    while let link = nextLink() { follow(link) }
    images.sort { $0.path.precedesAsPath($1.path) }
    errors.sort { $0.location.precedesAsPath($1.location) }
  }

  /// The one with the fewest folders above it, and of those the first.
  private mutating func nextLink() -> String? {
    func depth(_ path: String) -> Int { path.utf8.count { $0 == UInt8(ascii: "/") } }
    let next = links.indices.min {
      let (a, b) = (depth(links[$0]), depth(links[$1]))
      return a != b ? a < b : links[$0].precedesAsPath(links[$1])
    }
    return next.map { links.remove(at: $0) }
  }

  private mutating func follow(_ path: String) {
    guard let status = try? FileStatus(location(path)) else { return }
    enter(path, status.identity)
  }

  /// Reads a folder, unless it was read before.
  private mutating func enter(_ path: String, _ identity: FileStatus.Identity) {
    guard identity != excluded else {
      excludedFolder = path
      return
    }
    guard seen.insert(identity).inserted else { return omissions.repeatedFolders.append(path) }
    do {
      walk(try Folder.names(location(path)), in: path + "/", isDeep: true)
    } catch {
      errors.append(InputError(location(path), expected: "a folder that can be read", found: "\(error)"))
    }
  }

  private mutating func walk(_ names: [String], in folder: String, isDeep: Bool) {
    for name in names {
      let path = folder + name
      if name.utf8.first == UInt8(ascii: ".") {
        omissions.hidden.append(path)
        continue
      }
      do {
        let status = try FileStatus(location(path), followingLinks: false)
        let target = status.kind == .link ? try FileStatus(location(path)) : status
        switch target.kind {
        case .folder:
          if Self.systemFolders.contains(name.lowercased()) {
            omissions.systemFolders.append(path)
          } else if isDeep, status.kind == .link {
            links.append(path)
          } else if isDeep {
            enter(path, status.identity)
          }
        case .file: try add(path)
        default:
          guard FileContent.isPictureEnding(name.pathEnding) else {
            omissions.notImages.append(path)
            continue
          }
          errors.append(InputError(location(path), expected: "an image", found: target.kind.rawValue))
        }
      } catch {
        let found = error.code == ELOOP ? "a link that leads to itself" : "\(error)"
        let isLink = (try? FileStatus(location(path), followingLinks: false))?.kind == .link
        errors.append(
          InputError(
            location(path), expected: "a file that can be read",
            found: isLink && error.code == ENOENT ? "a link that leads nowhere" : found))
      }
    }
  }

  private mutating func add(_ path: String) throws(SystemError) {
    let start = try FileStream.start(of: location(path), count: FileContent.startLength)
    switch FileContent(start, name: path) {
    case .image(let format): images.append(Image(path: path, format: format))
    case .imageByName: images.append(Image(path: path, format: nil))
    case .otherPicture(let kind):
      errors.append(InputError(location(path), expected: ImageFile.expectedKinds, found: kind))
    case .other: omissions.notImages.append(path)
    }
  }

  private func location(_ path: String) -> String { root.appendingPath(path) }
}

extension ImageTree {
  /// What a finder left alone, in relative paths.
  package struct Omissions: Equatable, Sendable {
    /// Files of other kinds.
    package var notImages: [String] = []
    /// Files and folders whose names begin with a point.
    package var hidden: [String] = []
    package var systemFolders: [String] = []
    /// Folders that were read under another path.
    package var repeatedFolders: [String] = []
    /// Results of earlier runs beside the photos.
    package var results: [String] = []
    /// Images in the output folder that no run has made.
    package var inOutputs: [String] = []
    /// Images of other names, where the names tell which ones are meant.
    package var otherNames: [String] = []

    package init() {}

    package static func += (total: inout Omissions, more: Omissions) {
      total.notImages += more.notImages
      total.hidden += more.hidden
      total.systemFolders += more.systemFolders
      total.repeatedFolders += more.repeatedFolders
      total.results += more.results
      total.inOutputs += more.inOutputs
      total.otherNames += more.otherNames
    }

    /// The same with the folder before the paths.
    package func located(in folder: String) -> Omissions {
      func located(_ paths: [String]) -> [String] { paths.map { folder.appendingPath($0) } }
      var result = Omissions()
      result.notImages = located(notImages)
      result.hidden = located(hidden)
      result.systemFolders = located(systemFolders)
      result.repeatedFolders = located(repeatedFolders)
      result.results = located(results)
      result.inOutputs = located(inOutputs)
      result.otherNames = located(otherNames)
      return result
    }

    /// Each kind of omission with at least one path, the words for one of them, and the paths.
    package var kinds: [(kind: String, one: String, paths: [String])] {
      [
        ("not images", "not an image", notImages), ("hidden", "a hidden one", hidden),
        ("folders of the system", "a folder of the system", systemFolders),
        ("folders reached before", "a folder reached before", repeatedFolders),
        ("results of earlier runs", "a result of an earlier run", results),
        ("other images in the output folder", "another image in the output folder", inOutputs),
        ("images of other names", "an image of another name", otherNames),
      ].filter { !$0.2.isEmpty }
    }

    /// For people; nil when nothing was left out.
    package var text: String? {
      let parts = kinds.map { kind, one, paths in
        let shown = paths.prefix(3).map(\.onOneLine) + (paths.count > 3 ? ["..."] : [])
        return (paths.count == 1 ? one : "\(paths.count) \(kind)") + " (\(shown.joined(separator: ", ")))"
      }
      return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
  }
}
