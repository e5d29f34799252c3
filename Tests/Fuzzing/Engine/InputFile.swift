import Foundation
import RAMiTCLibFuzzer

/// A file in memory that has a path, so that inputs are read as the files of a user are.
final class InputFile {
  let path: String
  private let descriptor: Int32

  init(named name: String) {
    descriptor = memfd_create(name, 0)
    guard descriptor >= 0 else { fail("no file in memory: \(String(cString: strerror(errno)))") }
    path = "/proc/self/fd/\(descriptor)"
  }

  func fill(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard ftruncate(descriptor, off_t(bytes.count)) == 0,
      pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count
    else { fail("no room for an input") }
  }
}
