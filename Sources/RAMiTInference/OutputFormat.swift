import RAMiTDiagnostics
import RAMiTImaging

/// The kind of file that a restored photo is written as.
package enum OutputFormat: String, CaseIterable, Sendable {
  /// PNG, which loses nothing.
  case png
  /// JPEG, for every photo; alpha and 16 bits are lost.
  case jpeg
  /// WebP, for every photo; 16 bits are lost.
  case webp
  /// JPEG for photos that are JPEG, WebP for those that are WebP, PNG for all others.
  case same

  /// Endings of the files that can be written.
  package static let endings = ["png", "jpg", "jpeg", "webp"]

  /// The ending of the output of a file.
  /// - Parameter format: of the input; nil where it could not be told.
  func ending(for format: ImageFormat?) -> String {
    switch self {
    case .png: "png"
    case .jpeg: "jpg"
    case .webp: "webp"
    case .same: format == .jpeg ? "jpg" : format == .webp ? "webp" : "png"
    }
  }

  /// Whether a file of this ending is of this kind.
  package func fits(ending: String) -> Bool {
    self == .same || self.ending(for: nil) == (ending == "jpeg" ? "jpg" : ending)
  }

  /// Checks that a file of this ending can hold the result.
  /// - Parameters:
  ///   - ending: of the output.
  ///   - width: of the result.
  ///   - height: of the result.
  /// - Throws: `InputError` that names the input.
  static func checkSize(ending: String, _ width: Int, _ height: Int, input: String) throws(InputError) {
    // The limits of libjpeg, libwebp and libpng.
    let (name, limit) =
      switch ending {
      case "jpg", "jpeg": ("JPEG", 65_500)
      case "webp": ("WebP", 16_383)
      default: ("PNG", 1_000_000)
      }
    guard max(width, height) <= limit else {
      throw InputError(
        input, expected: "a result of at most \(limit) pixels a side, which is what \(name) can hold",
        found: "\(width) x \(height)\(ending == "png" ? "" : " (--format png holds more)")")
    }
  }
}
