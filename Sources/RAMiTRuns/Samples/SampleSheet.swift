import RAMiTImaging
import RAMiTModels
import RAMiTSerialization
import RAMiTTensorCore

/// Images side by side, with a white line between them, for eyes to compare.
package enum SampleSheet {
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

  /// - Parameters:
  ///   - input: H x W x C; shown as large as the target, each pixel a square.
  ///   - baseline: nil where it would only show the input again.
  package static func image(input: Tensor, baseline: Image?, restored: Image, target: Image, scale: Int) -> Image {
    var panels = [enlarged(input, by: scale, width: target.width, height: target.height)]
    if let baseline { panels.append(baseline.tensor()) }
    return joined(panels + [restored.tensor(), target.tensor()])
  }

  /// - Precondition: at least one panel, all of one shape.
  private static func joined(_ panels: [Tensor]) -> Image {
    let (height, channels) = (panels[0].shape[0], panels[0].shape[2])
    let width = panels.reduce(0) { $0 + $1.shape[1] } + gap * (panels.count - 1)
    let sheet = Tensor(repeating: 1, [height, width, channels])
    var left = 0
    for panel in panels {
      let row = panel.shape[1] * channels
      for y in 0..<height {
        (sheet.pointer + (y * width + left) * channels).update(from: panel.pointer + y * row, count: row)
      }
      left += panel.shape[1] + gap
    }
    return Image(sheet)
  }

  /// The middle of each panel of a sheet, at most `side` pixels wide and high; nil when it cannot be a sheet of so
  /// many.
  package static func middles(of sheet: Image, panels: Int, side: Int) -> [Image]? {
    let pixels = sheet.width - gap * (panels - 1)
    guard panels > 0, pixels > 0, pixels % panels == 0 else { return nil }
    let panel = pixels / panels
    let (width, height) = (min(panel, side), min(sheet.height, side))
    return (0..<panels).map { number in
      sheet.cropped(
        x: number * (panel + gap) + (panel - width) / 2, y: (sheet.height - height) / 2, width: width, height: height)
    }
  }

  /// A sheet of images.
  /// - Precondition: at least one, all of one size and of the same channels.
  package static func joined(_ images: [Image]) -> Image { joined(images.map { $0.tensor() }) }

  private static func enlarged(_ input: Tensor, by scale: Int, width: Int, height: Int) -> Tensor {
    let channels = input.shape[2]
    let result = Tensor(uninitialized: [height, width, channels])
    for y in 0..<height {
      for x in 0..<width {
        let pixel = input.pointer + (y / scale * input.shape[1] + x / scale) * channels
        (result.pointer + (y * width + x) * channels).update(from: pixel, count: channels)
      }
    }
    return result
  }
}
