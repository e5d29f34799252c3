import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// The folder of a run, held by one process at a time.
package final class RunFolder {
  package let files: RunFiles
  private let lock: Int32

  package var path: String { files.path }

  /// Makes the folder, or takes an existing one, and locks it until this object or the process is gone. The folders in
  /// it are made by `prepare`, when it is clear that the run goes on.
  /// - Throws: `InputError` when the folder cannot be made, or another process holds it.
  package init(_ path: String) throws {
    files = RunFiles(path: path)
    try Folder.create(path)
    let file = path + "/lock"
    lock = file.withPathBytes { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    guard lock >= 0 else {
      throw InputError(file, expected: "a file that can be written", found: "\(SystemError.last)")
    }
    // The system releases the lock when the process ends, however it ends.
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw InputError(
        path, expected: "a folder that no other process trains in",
        found: errno == EWOULDBLOCK ? "one that is in use" : "one that cannot be locked: \(SystemError.last)")
    }
    try removeUnfinishedFiles()
  }

  deinit { if lock >= 0 { close(lock) } }

  /// True when a run has begun here, or something is in the place of one of its files.
  /// - Throws: `InputError` when the folder cannot be read.
  package var holdsRun: Bool {
    get throws {
      if files.written.contains(where: { FileStatus.exists($0, followingLinks: false) }) { return true }
      return try Folder.exists(files.checkpoints) && !names(in: files.checkpoints).isEmpty
    }
  }

  /// Makes the folders for checkpoints, weights and samples, and where there is no checkpoint, begins the run. Its
  /// configuration comes before all other files, so that also a run that was stopped at once is known.
  /// - Parameter configuration: the whole one of a run that begins; nil for one that resumes.
  /// - Throws: `InputError` that names what cannot be made, or a file that lies in the place of one of the run's and is
  ///   none of a run.
  package func prepare(beginning configuration: String?) throws {
    let bytes = configuration.map { Array($0.utf8) }
    if let bytes { try refuseOtherFiles(than: bytes) }
    for folder in files.folders { try Folder.create(folder) }
    if let bytes { try WholeFile.write(bytes, to: files.configuration) }
  }

  private func refuseOtherFiles(than configuration: [UInt8]) throws {
    func isBegun() -> Bool {
      let kind = "a configuration", size = configuration.count
      return (try? WholeFile.read(files.configuration, kind: kind, maximumSize: size)) == configuration
    }
    guard !FileStatus.exists(files.environment), !isBegun(),
      let other = files.written.first(where: { (try? FileStatus($0).size) ?? 0 > 0 })
    else { return }
    throw InputError(
      other, expected: "a folder without such a file, or a run's (--output names another)",
      found: "a file of no run, which is left as it is")
  }

  /// Removes temporary files that a killed process left behind: in the folder itself, which may be anybody's, only in
  /// its first level.
  private func removeUnfinishedFiles() throws {
    for folder in files.folders where Folder.exists(folder) {
      try removeUnfinishedFiles(in: folder, deep: folder != path)
    }
  }

  private func removeUnfinishedFiles(in folder: String, deep: Bool) throws {
    TemporaryFile.removeAbandoned(in: folder)
    guard deep else { return }
    for name in try names(in: folder) {
      let item = folder + "/" + name
      if try FileStatus(item, followingLinks: false).kind == .folder { try removeUnfinishedFiles(in: item, deep: true) }
    }
  }
}

/// The names of what is in a folder.
/// - Throws: `InputError` when it cannot be listed: an unreadable file must not pass for a missing one.
package func names(in folder: String) throws -> [String] {
  do {
    return try Folder.names(folder)
  } catch {
    throw InputError(folder, expected: "a folder that can be read", found: "\(error)")
  }
}
