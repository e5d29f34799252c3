import Foundation
import Synchronization

/// Text for the person who runs the program. Every command prints here.
///
/// A reader that has gone, a full disk, or a descriptor that was closed before the program started does not end the
/// work: what cannot be written is left out, and `failures` says so in the end.
package enum Console {
  /// Where a line goes.
  package enum Stream: Int32, Sendable, CaseIterable {
    case output = 1
    case errors = 2

    fileprivate var name: String { self == .output ? "standard output" : "standard error" }
  }

  /// The system's code of each stream's first failure.
  private static let codes = Mutex<[Stream: Int32]>([:])

  /// Before anything is opened or printed: a write that nobody reads fails instead of ending the process, and a file
  /// that is opened later does not get the number of a stream that was closed, where lines for people would go into it.
  /// - Parameter program: begins the lines of `report`.
  package static func prepare(program: String = "ramit") {
    self.program.withLock { $0 = program }
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number. Opened the wrong way round, so that use fails as that of a closed one.
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Prints a line that is seen at once, also through a pipe.
  package static func print(_ line: String, to stream: Stream = .output) { write(line + "\n", to: stream) }

  private static let program = Mutex("ramit")

  /// One line on standard error, after the program's name: `ramit: ...`.
  package static func report(_ line: String) { print("\(program.withLock(\.self)): \(line)", to: .errors) }

  /// Writes text as it is, without a new line. Bytes of names that are not UTF-8 are shown as `\xE9`.
  package static func write(_ text: String, to stream: Stream) {
    write(Array(text.showingEscapedBytes.utf8), to: stream)
  }

  /// Writes bytes as they are.
  package static func write(_ bytes: some ContiguousBytes, to stream: Stream) {
    let failure = bytes.withUnsafeBytes { bytes -> Int32 in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Foundation.write(stream.rawValue, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if count < 0, errno == EAGAIN {
          // Somebody else has made the stream non-blocking.
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

    /// Whoever read has had enough (`| head`), and need not be told.
    package var isReaderGone: Bool { code == EPIPE }

    package var error: InputError {
      InputError(
        stream.name, expected: "a place where everything can be written",
        found: String(cString: strerror(code)).lowercased())
    }
  }

  /// What could not be written so far, once a stream: the program's exit code is not 0 then.
  package static var failures: [Failure] {
    let codes = codes.withLock(\.self)
    return Stream.allCases.compactMap { stream in codes[stream].map { Failure(stream: stream, code: $0) } }
  }
}
