import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

/// Where a photo is read from.
package enum PhotoSource: Equatable, Sendable {
  case file(String)
  /// What a pipe or the standard input held; its name for messages.
  case stream(String, bytes: [UInt8])

  /// As the person named it; `-` for the standard input.
  package var name: String {
    switch self {
    case .file(let path): path
    case .stream(let name, _): name
    }
  }

  /// Whether an input is read to its end and cannot be read again.
  package static func isStream(_ input: String) -> Bool { isStream(input, try? FileStatus(input)) }

  /// - Parameter status: of the input.
  static func isStream(_ input: String, _ status: FileStatus?) -> Bool {
    input == "-" || [.pipe, .socket, .device].contains(status?.kind)
  }

  /// Reads a pipe, or the standard input, to its end.
  init(stream input: String) throws(InputError) {
    let isStandardInput = input == "-" || input == "/dev/stdin"
    let bytes = try FileStream.read(
      isStandardInput ? "-" : input, kind: "an image", maximumSize: ImageFile.maximumSize)
    self = .stream(input, bytes: bytes)
  }

  /// - Throws: `InputError` that names the file.
  func bytes() throws -> [UInt8] {
    switch self {
    case .file(let path): try WholeFile.read(path, kind: "an image", maximumSize: ImageFile.maximumSize)
    case .stream(_, let bytes): bytes
    }
  }

  /// The kind of image, by its first bytes; nil for none.
  var format: ImageFormat? {
    let start: [UInt8]?
    switch self {
    case .file(let path): start = try? FileStream.start(of: path, count: FileContent.startLength)
    case .stream(_, let bytes): start = Array(bytes.prefix(FileContent.startLength))
    }
    return start.flatMap(ImageFormat.init(startOfFile:))
  }
}
