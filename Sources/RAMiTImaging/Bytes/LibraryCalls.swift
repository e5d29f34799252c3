import Foundation

/// Runs a call of an image library, which returns 0 or leaves a message.
/// - Throws: `ImageError` with the message.
func withMessage(_ call: (UnsafeMutablePointer<CChar>) -> Int32) throws {
  var message = [CChar](repeating: 0, count: 512)
  guard call(&message) != 0 else { return }
  let text = String(message: message)
  throw ImageError(text.isEmpty ? "one that the library refuses" : text)
}

extension String {
  /// A C library's text, up to its zero.
  init(message: [CChar]) {
    self.init(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The bytes of a file that an image library has encoded into memory of its own.
func withEncodedFile(
  _ encode: (
    UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>, UnsafeMutablePointer<CChar>
  ) -> Int32
) throws -> [UInt8] {
  var file: UnsafeMutablePointer<UInt8>?
  var size = 0
  defer { free(file) }
  try withMessage { encode(&file, &size, $0) }
  return Array(UnsafeBufferPointer(start: file, count: size))
}
