import Foundation

/// Why the system refused something.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The last one of this thread.
  package static var last: SystemError { SystemError(code: errno) }

  /// In the words that people know from other programs.
  package var description: String {
    code == ENOENT ? "no such file" : String(cString: strerror(code)).lowercased()
  }
}
