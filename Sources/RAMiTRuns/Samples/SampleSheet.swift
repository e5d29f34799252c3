import RAMiTFiles
import RAMiTImaging
import RAMiTModels
import RAMiTTensorCore

/// Images side by side, with a white line between them, for comparison by eye.
package struct SampleSheet {
  /// From left to right, as `titles` names them.
  package let panels: [Image]

  /// The columns between two panels.
  private static let gap = 4

  /// A file system's names have at most 255 bytes.
  private static let longestName = 200

  /// The file of an image's sheet; no two images have the same.
  /// - Parameter name: the image's, which may lead through folders: `/` becomes `%2F` in the file's name, and `%`
  ///   becomes `%25`.
  package static func fileName(_ name: String) -> String {
    let escaped = name.replacing("%", with: "%25").replacing("/", with: "%2F")
    guard escaped.utf8.count > longestName else { return escaped + ".png" }
    let checksum = String(Array(name.utf8).withUnsafeBytes { CRC32.checksum($0) }, radix: 16)
    var start = escaped
    while start.utf8.count > longestName { start.removeLast() }
    return "\(start)%\(checksum).png"
  }

  /// The image's name, from its sheet's file.
  package static func name(ofFile file: String) -> String {
    let stem = file.hasSuffix(".png") ? String(file.dropLast(4)) : file
    return stem.replacing("%2F", with: "/").replacing("%25", with: "%")
  }

  /// What is on the sheet of a task, from left to right.
  package static func titles(_ task: RestorationTask) -> [String] {
    (task.isSuperResolution ? ["input"] : []) + [task.baselineName, "restored", "target"]
  }

  /// - Precondition: at least one panel; all have one size, depth and number of channels.
  package init(panels: [Image]) { self.panels = panels }

  /// - Parameters:
  ///   - input: H x W x C; shown as large as the target, each pixel a square.
  ///   - baseline: nil where it would only show the input again.
  package init(input: Tensor, baseline: Image?, restored: Image, target: Image, scale: Int) {
    let enlarged = Image(input.enlarged(by: scale)).cropped(toFit: target)
    panels = [enlarged] + [baseline].compactMap { $0 } + [restored, target]
  }

  /// The panels of a sheet; nil for an image that is no sheet of this many.
  package init?(_ sheet: Image, panels count: Int) {
    let pixels = sheet.width - Self.gap * (count - 1)
    guard count > 0, pixels > 0, pixels % count == 0 else { return nil }
    let width = pixels / count
    panels = (0..<count).map {
      sheet.cropped(x: $0 * (width + Self.gap), y: 0, width: width, height: sheet.height)
    }
  }

  /// The panels side by side.
  package var image: Image { Image(Tensor.sideBySide(panels.map { $0.tensor() }, gap: Self.gap)) }
}
