import Foundation
import RAMiTDiagnostics

/// Folders, by the system's own calls, which keep the bytes of names.
package enum Folder {
  /// The names in a folder, without `.` and `..`, in the order of their bytes.
  package static func names(_ path: String) throws(SystemError) -> [String] {
    guard let folder = path.withPathBytes(opendir) else { throw .last }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        if errno != 0 { throw .last }
        break
      }
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes != Array(".".utf8), bytes != Array("..".utf8) { names.append(bytes) }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(pathBytes: $0) }
  }

  package static func exists(_ path: String) -> Bool { (try? FileStatus(path))?.kind == .folder }

  /// Makes a folder and its missing parents; an existing folder is not changed.
  /// - Throws: `InputError` that names it.
  package static func create(_ path: String) throws(InputError) {
    func refusal(_ found: String) -> InputError {
      InputError(path, expected: "a folder that can be made", found: found)
    }
    let kind: FileStatus.Kind?
    do { kind = try FileStatus(path).kind } catch {
      guard error.code == ENOENT else { throw refusal("\(error)") }
      kind = nil
    }
    if kind == .folder { return }
    if let kind { throw refusal("\(kind.rawValue) in its place") }
    let parent = path.parentPath
    if parent != path { try create(parent) }
    if path.withPathBytes({ mkdir($0, 0o777) }) == 0 { return makeNamesDurable(parent) }
    let error = SystemError.last
    guard error.code == EEXIST else { throw refusal("\(error)") }
    // Another program may have made it just now. A broken link exists too, and is no folder.
    guard exists(path) else { throw refusal("a link that leads nowhere") }
  }

  /// Removes a folder with all that is in it; what links lead to stays.
  /// - Throws: `InputError` that names what cannot be removed.
  package static func remove(_ path: String) throws(InputError) {
    do {
      for name in try names(path) {
        let item = path.appendingPath(name)
        if try FileStatus(item, followingLinks: false).kind == .folder {
          try remove(item)
        } else {
          try Descriptor.remove(item)
        }
      }
      try Descriptor.check(path.withPathBytes { rmdir($0) })
    } catch {
      if let error = error as? InputError { throw error }
      throw InputError(path, expected: "a folder that can be removed", found: "\(error)")
    }
  }

  /// What is written into a new folder is durable only when the folder's own name is. Not every file system can.
  package static func makeNamesDurable(_ path: String) {
    guard let descriptor = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY) else { return }
    try? Descriptor.sync(descriptor)
    try? Descriptor.close(descriptor)
  }

  /// Makes sure that files can be written into a folder by writing one and removing it: the permissions of a folder do
  /// not show a read-only or a full disk.
  /// - Throws: `InputError` that names the folder.
  package static func checkWritable(_ path: String) throws(InputError) {
    let file = path.appendingPath(TemporaryFile.newName())
    do {
      let descriptor = try Descriptor.open(file, O_WRONLY | O_CREAT | O_EXCL)
      defer {
        close(descriptor)
        file.withPathBytes { _ = unlink($0) }
      }
      // An empty file fits on a full disk.
      try Descriptor.write([UInt8](repeating: 0, count: 4096), to: descriptor)
    } catch {
      throw InputError(path, expected: "a folder that files can be written into", found: "\(error)")
    }
  }

  /// The bytes that an ordinary user can still write to the disk of this folder; nil if unknown.
  package static func freeSpace(_ path: String) -> Int? {
    var status = statvfs()
    guard path.withPathBytes({ statvfs($0, &status) }) == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? .max : Int(clamping: bytes)
  }
}
