import Foundation

/// What the system says about a file, without opening it.
package struct FileStatus: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case file = "a file"
    case folder = "a folder"
    case link = "a link"
    case pipe = "a pipe"
    case socket = "a socket"
    case device = "a device"
  }

  /// Two paths that lead to the same file have the same identity.
  package struct Identity: Hashable, Sendable {
    package let device, inode: UInt64
  }

  package let kind: Kind
  package let identity: Identity
  /// Bytes.
  package let size: Int
  /// Nanoseconds since 1970, modulo 2^64, because some file systems hold years that do not fit. Programs can set the
  /// content time; the system sets the change time whenever the file changes.
  package let contentTime, changeTime: Int
  private let contentSeconds, contentNanoseconds: Int

  /// - Parameter followingLinks: false for the status of a link itself.
  package init(_ path: String, followingLinks: Bool = true) throws(SystemError) {
    var status = stat()
    try Descriptor.check(path.withPathBytes { followingLinks ? stat($0, &status) : lstat($0, &status) })
    self.init(status)
  }

  /// Whether a path leads to something.
  /// - Parameter followingLinks: false for a link itself, which may lead nowhere.
  package static func exists(_ path: String, followingLinks: Bool = true) -> Bool {
    (try? FileStatus(path, followingLinks: followingLinks)) != nil
  }

  /// - Parameter descriptor: of an open file.
  package init(descriptor: Int32) throws(SystemError) {
    var status = stat()
    try Descriptor.check(fstat(descriptor, &status))
    self.init(status)
  }

  private init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK: kind = .link
    case S_IFIFO: kind = .pipe
    case S_IFSOCK: kind = .socket
    default: kind = .device
    }
    identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    size = Int(status.st_size)
    (contentSeconds, contentNanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
    contentTime = contentSeconds &* 1_000_000_000 &+ contentNanoseconds
    changeTime = Int(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int(status.st_ctim.tv_nsec)
  }
}

extension FileStatus {
  /// Sets the content time of another file to this one's.
  package func copyContentTime(to path: String) throws(SystemError) {
    let time = timespec(tv_sec: contentSeconds, tv_nsec: contentNanoseconds)
    // UTIME_OMIT: the time of the last access stays.
    let times = [timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2), time]
    try Descriptor.check(path.withPathBytes { utimensat(AT_FDCWD, $0, times, 0) })
  }
}

extension Set<FileStatus.Identity> {
  /// Those of some files, as far as they are there.
  package init(ofFiles paths: some Sequence<String>) {
    self.init(paths.compactMap { try? FileStatus($0).identity })
  }

  /// Whether a path leads to one of the files, under whatever name.
  package func containsFile(_ path: String) -> Bool { (try? FileStatus(path).identity).map(contains) ?? false }
}
