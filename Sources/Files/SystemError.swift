import Foundation

/// Why the system refused something.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  public let code: Int32

  public init(code: Int32) { self.code = code }

  /// The last one of this thread.
  public static var last: SystemError { SystemError(code: errno) }

  /// In the words that people know from other programs.
  public var description: String {
    code == ENOENT ? "no such file" : String(cString: strerror(code)).lowercased()
  }
}
