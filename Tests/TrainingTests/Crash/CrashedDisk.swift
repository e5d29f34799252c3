import Foundation
import RAMiTFiles
import Synchronization

/// Records the changes of the files below a folder.
final class ChangeRecorder: Sendable {
  private let folder: String
  private struct State {
    var open: Set<Int32> = []
    var changes: [FileChange] = []
  }
  private let state = Mutex(State())

  init(of folder: String) { self.folder = folder }

  var changes: [FileChange] { state.withLock { $0.changes } }

  func observe(_ change: FileChange) {
    state.withLock { state in
      switch change {
      case .open(let descriptor, let path, _):
        state.open.remove(descriptor)
        guard path == folder || path.hasPrefix(folder + "/") else { return }
        state.open.insert(descriptor)
      case .close(let descriptor): guard state.open.remove(descriptor) != nil else { return }
      case .write(let descriptor, _), .truncate(let descriptor, _), .sync(let descriptor):
        guard state.open.contains(descriptor) else { return }
      case .rename(let path, _), .remove(let path): guard path.hasPrefix(folder + "/") else { return }
      }
      state.changes.append(change)
    }
  }
}

/// The files of a folder on a disk that holds back what nobody has made durable.
///
/// Contents and names are held back independently, as POSIX allows: after a crash a new name may have an old content, a
/// content may be cut, or be zeros, and a rename may have happened or not. Within one folder names change in their
/// order.
struct CrashedDisk {
  /// What became of contents that were not made durable.
  enum Contents: CaseIterable { case lost, cut, zeros, whole }
  /// What became of names that were not made durable: none, half or all of the changes.
  enum Names: CaseIterable { case lost, half, whole }

  private final class File {
    var durable: [UInt8] = []
    var now: [UInt8] = []

    func content(_ contents: Contents) -> [UInt8] {
      switch contents {
      case .lost: return durable
      case .whole: return now
      case .cut:
        return now.count <= durable.count ? now : Array(now[..<(durable.count + (now.count - durable.count) / 2)])
      case .zeros:
        return now.count <= durable.count ? now : durable + [UInt8](repeating: 0, count: now.count - durable.count)
      }
    }
  }

  private enum NameChange {
    case add(String, File)
    case rename(String, String)
    case remove(String)
  }

  /// The files by their paths, now and as the disk has them.
  private var now: [String: File] = [:], durable: [String: File] = [:]
  /// By folder.
  private var waiting: [String: [NameChange]] = [:]
  private var open: [Int32: File] = [:], folders: [Int32: String] = [:]

  /// Does what the program did.
  mutating func apply(_ change: FileChange) {
    switch change {
    case .open(let descriptor, let path, let flags):
      open[descriptor] = nil
      folders[descriptor] = nil
      if flags & O_DIRECTORY != 0 {
        folders[descriptor] = path
      } else if let file = now[path] {
        open[descriptor] = file
      } else {
        let file = File()
        open[descriptor] = file
        now[path] = file
        waiting[path.parentPath, default: []].append(.add(path, file))
      }
    case .close(let descriptor): (open[descriptor], folders[descriptor]) = (nil, nil)
    case .write(let descriptor, let bytes): open[descriptor]?.now += bytes
    case .truncate(let descriptor, let size):
      if let file = open[descriptor], file.now.count > size { file.now.removeLast(file.now.count - size) }
    case .sync(let descriptor):
      if let file = open[descriptor] { file.durable = file.now }
      if let folder = folders[descriptor] {
        durable = Self.names(durable, waiting[folder] ?? [])
        waiting[folder] = nil
      }
    case .rename(let path, let other):
      waiting[path.parentPath, default: []].append(.rename(path, other))
      now[other] = now.removeValue(forKey: path)
    case .remove(let path):
      waiting[path.parentPath, default: []].append(.remove(path))
      now[path] = nil
    }
  }

  private static func names(_ names: [String: File], _ changes: [NameChange]) -> [String: File] {
    changes.reduce(into: names) { names, change in
      switch change {
      case .add(let path, let file): names[path] = file
      case .rename(let path, let other): if let file = names.removeValue(forKey: path) { names[other] = file }
      case .remove(let path): names[path] = nil
      }
    }
  }

  /// What is found after a crash at this moment, by path.
  private func files(_ contents: Contents, _ names: Names) -> [String: [UInt8]] {
    var found = durable
    for changes in waiting.values {
      let count = names == .lost ? 0 : names == .half ? changes.count / 2 : changes.count
      found = Self.names(found, Array(changes[..<count]))
    }
    return found.mapValues { $0.content(contents) }
  }

  /// Writes what is found after a crash to another folder.
  /// - Parameter folder: the one that the changes were recorded of.
  func write(_ contents: Contents, _ names: Names, of folder: String, to copy: String) throws {
    let files = FileManager.default
    for part in ["checkpoints", "weights", "samples", "tensorboard"] {
      try files.createDirectory(atPath: "\(copy)/\(part)", withIntermediateDirectories: true)
    }
    for (path, content) in self.files(contents, names) {
      let to = copy + path.dropFirst(folder.count)
      try files.createDirectory(atPath: to.parentPath, withIntermediateDirectories: true)
      try Data(content).write(to: URL(fileURLWithPath: to))
    }
  }
}
