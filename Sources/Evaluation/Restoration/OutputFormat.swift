import Diagnostics
import Imaging

/// The kind of file that a restored photo is written as.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// PNG, which loses nothing.
  case png
  /// JPEG, for every photo; alpha and 16 bits are lost.
  case jpeg
  /// JPEG for photos that are JPEG, PNG for all others.
  case same

  /// Endings of the files that can be written.
  public static let endings = ["png", "jpg", "jpeg"]

  /// The ending of the output of a file.
  /// - Parameter format: of the input; nil where it could not be told.
  func ending(for format: ImageFormat?) -> String { self == .jpeg || self == .same && format == .jpeg ? "jpg" : "png" }

  /// What a file of this ending can hold.
  /// - Parameters:
  ///   - ending: of the output.
  ///   - width, height: of the result.
  /// - Throws: `InputError` that names the input.
  static func checkSize(ending: String, _ width: Int, _ height: Int, input: String) throws(InputError) {
    let isJPEG = ["jpg", "jpeg"].contains(ending)
    // The limits of libjpeg and libpng.
    let (name, limit) = isJPEG ? ("JPEG", 65_500) : ("PNG", 1_000_000)
    guard max(width, height) <= limit else {
      throw InputError(
        input, expected: "a result of at most \(limit) pixels a side, which is what \(name) can hold",
        found: "\(width) x \(height)\(isJPEG ? " (--format png holds it)" : "")")
    }
  }
}
