import Foundation
import RAMiTDiagnostics

/// Folders, through the system's own calls: names keep their bytes.
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

  /// Makes a folder, and those that it is in; one that exists is left as it is.
  /// - Throws: `InputError` that names it.
  package static func create(_ path: String) throws(InputError) {
    func fault(_ found: String) -> InputError {
      InputError(path, expected: "a folder that can be made", found: found)
    }
    do {
      switch try FileStatus(path).kind {
      case .folder: return
      case let kind: throw fault("\(kind.rawValue) in its place")
      }
    } catch let error as SystemError where error.code == ENOENT {
      // It is to be made.
    } catch let error as SystemError {
      throw fault("\(error)")
    } catch {
      throw error as? InputError ?? fault("\(error)")
    }
    let parent = path.parentPath
    if parent != path { try create(parent) }
    if path.withPathBytes({ mkdir($0, 0o777) }) == 0 { return }
    let error = SystemError.last
    guard error.code == EEXIST else { throw fault("\(error)") }
    // Somebody else may have made it just now. A link that leads nowhere is there, too, and is no folder.
    guard exists(path) else { throw fault("a link that leads nowhere") }
  }

  /// Makes sure that files can be written into a folder, by writing one and removing it: the rights of a folder do not
  /// tell of a read-only or full disk.
  /// - Throws: `InputError` that names the folder.
  package static func checkWritable(_ path: String) throws(InputError) {
    func fault(_ error: SystemError) -> InputError {
      InputError(path, expected: "a folder that files can be written into", found: "\(error)")
    }
    let file = path.appendingPath(WholeFile.temporaryName())
    let descriptor = file.withPathBytes { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw fault(.last) }
    defer { file.withPathBytes { _ = unlink($0) } }
    // An empty file fits on a full disk.
    let block = [UInt8](repeating: 0, count: 4096)
    let written = write(descriptor, block, block.count)
    let failure: SystemError? = written == block.count ? nil : written < 0 ? .last : SystemError(code: ENOSPC)
    close(descriptor)
    if let failure { throw fault(failure) }
  }

  /// Bytes that an ordinary user may still write where this folder is; nil where the system does not tell.
  package static func freeSpace(_ path: String) -> Int? {
    var status = statvfs()
    guard path.withPathBytes({ statvfs($0, &status) }) == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? .max : Int(clamping: bytes)
  }
}
