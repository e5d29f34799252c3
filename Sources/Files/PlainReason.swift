import Foundation

extension Error {
  /// Why the system refused something, in its own words and in lower case: `permission denied`, `no such file or
  /// directory`. What Foundation says of its errors is for programmers.
  public var plainReason: String {
    var error: NSError = self as NSError
    while let inner = error.userInfo[NSUnderlyingErrorKey] as? NSError { error = inner }
    if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))).lowercased() }
    guard error.domain == NSCocoaErrorDomain else { return "an error of the system" }
    switch CocoaError.Code(rawValue: error.code) {
    case .fileNoSuchFile, .fileReadNoSuchFile: return "no such file or directory"
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    case .fileWriteFileExists: return "a file of that name"
    case .fileWriteOutOfSpace: return "no space left on device"
    case .fileWriteVolumeReadOnly: return "a read-only file system"
    default: return "an error of the file system"
    }
  }
}
