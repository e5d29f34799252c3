import Foundation
import Synchronization

/// Text for the person who runs the program. All commands print through it.
///
/// A write that fails does not end the work: the reader of a pipe may have exited, the disk may be full, or the
/// descriptor was closed before the program started. The text is dropped, and `failures` reports it.
package enum Console {
  /// Where a line goes.
  package enum Stream: Int32, Sendable, CaseIterable {
    case output = 1
    case errors = 2

    fileprivate var name: String { self == .output ? "standard output" : "standard error" }
  }

  /// The system's error code of each stream's first failure.
  private static let codes = Mutex<[Stream: Int32]>([:])

  /// Call it before anything is opened or printed. Writing to a pipe without a reader then fails instead of ending the
  /// process. No file gets the descriptor of a standard stream that was closed, so no line is printed into a file.
  /// - Parameter program: the name that begins the lines of `report`.
  package static func prepare(program: String = "ramit") {
    self.program.withLock { $0 = program }
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      // This takes the lowest free number. The mode is the wrong one, so that use fails as with a closed descriptor.
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Prints a line without buffering, also into a pipe.
  package static func print(_ line: String, to stream: Stream = .output) { write(line + "\n", to: stream) }

  private static let program = Mutex("ramit")

  /// One line on standard error, after the program's name: `ramit: ...`.
  package static func report(_ line: String) { print("\(program.withLock(\.self)): \(line)", to: .errors) }

  /// Writes text without adding a line end. Bytes of file names that are not UTF-8 are shown as `\xE9`.
  package static func write(_ text: String, to stream: Stream) {
    write(Array(text.showingEscapedBytes.utf8), to: stream)
  }

  /// Writes bytes unchanged.
  package static func write(_ bytes: some ContiguousBytes, to stream: Stream) {
    let failure = bytes.withUnsafeBytes { bytes -> Int32 in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Foundation.write(stream.rawValue, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if count < 0, errno == EAGAIN {
          // Another program has made the stream non-blocking.
          var descriptor = pollfd(fd: stream.rawValue, events: Int16(POLLOUT), revents: 0)
          _ = poll(&descriptor, 1, -1)
        } else if count == 0 || errno != EINTR {
          return count == 0 ? EIO : errno
        }
      }
      return 0
    }
    guard failure != 0 else { return }
    codes.withLock { codes in
      if codes[stream] == nil { codes[stream] = failure }
    }
  }

  /// Why a stream could not be written.
  package struct Failure: Sendable {
    package let stream: Stream
    let code: Int32

    /// The reader of the pipe has exited (`| head`); this is no error for a person.
    package var isReaderGone: Bool { code == EPIPE }

    package var error: InputError {
      InputError(
        stream.name, expected: "a place where everything can be written",
        found: String(cString: strerror(code)).lowercased())
    }
  }

  /// The first failure of each stream so far. If there is one, the program's exit code is not 0.
  package static var failures: [Failure] {
    let codes = codes.withLock(\.self)
    return Stream.allCases.compactMap { stream in codes[stream].map { Failure(stream: stream, code: $0) } }
  }
}
