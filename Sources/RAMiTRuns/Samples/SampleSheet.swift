import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTMetrics
import RAMiTModels
import RAMiTTensorCore

/// Images side by side, with a white line between them, for comparison by eye.
package struct SampleSheet {
  /// From left to right, as `titles` names them.
  package let panels: [Image]
  /// Words below each panel, the longest first that says it all, then shorter ones; empty for a sheet without words.
  /// A sheet that is read from a file has none: they are part of its image alone.
  package let captions: [[String]]

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
  package init(panels: [Image]) {
    self.panels = panels
    captions = []
  }

  /// - Parameters:
  ///   - input: H x W x C; shown as large as the target, each pixel a square.
  ///   - baseline: nil where it would only show the input again.
  ///   - score: that of the restored image; nil for a sheet without words.
  ///   - baselineScore: that of the baseline, or of the input where it is the baseline.
  package init(
    input: Tensor, baseline: Image?, restored: Image, target: Image, task: RestorationTask, score: Score? = nil,
    baselineScore: Score? = nil
  ) {
    let enlarged = Image(input.enlarged(by: task.scale)).cropped(toFit: target)
    panels = [enlarged] + [baseline].compactMap { $0 } + [restored, target]
    guard let score, let baselineScore else {
      captions = []
      return
    }
    captions = Self.titles(task).map { title in
      let score = title == "restored" ? score : title == task.baselineName ? baselineScore : nil
      guard let score else { return [title] }
      let number = score.psnr == .infinity ? "∞" : score.psnr.fixed(2)
      return ["\(title)  \(number) dB", "\(number) dB", number]
    }
  }

  /// The panels of a sheet; nil for an image that is no sheet of this many.
  package init?(_ sheet: Image, panels count: Int) {
    let pixels = sheet.width - Self.gap * (count - 1)
    guard count > 0, pixels > 0, pixels % count == 0 else { return nil }
    let width = pixels / count
    let hasWords = Self.hasWords(sheet, at: width)
    let height = sheet.height - (hasWords && count > 1 ? Self.wordsHeight : 0)
    guard height > 0 else { return nil }
    panels = (0..<count).map {
      sheet.cropped(x: $0 * (width + Self.gap), y: 0, width: width, height: height)
    }
    captions = []
  }

  /// The panels side by side, with the captions below.
  package var image: Image {
    let strip = Image(Tensor.sideBySide(panels.map { $0.tensor() }, gap: Self.gap))
    guard captions.count == panels.count, panels.count > 1, strip.bitDepth == 8 else { return strip }
    var canvas = Canvas(width: strip.width, height: Self.wordsHeight, background: Self.paper)
    let font = StrokeFont(size: Self.wordsSize)
    for (index, texts) in captions.enumerated() {
      let width = panels[index].width
      guard let text = texts.first(where: { font.width(of: $0) <= Double(width - 4) }) else { continue }
      canvas.text(
        text, at: Point(Double(index * (width + Self.gap)) + Double(width) / 2, Double(Self.wordsHeight) - 6),
        size: Self.wordsSize, anchor: .middle)
    }
    let words = strip.channels == 1 ? canvas.image.grayscale() : canvas.image
    guard case .uint8(let above) = strip.samples, case .uint8(let below) = words.samples else { return strip }
    return Image(
      width: strip.width, height: strip.height + Self.wordsHeight, channels: strip.channels,
      samples: .uint8(above + below))
  }

  // MARK: Words

  private static let wordsHeight = 20, wordsSize = 13.0
  /// The ground of the words, which is not quite white: between panels it tells a sheet with words from one without,
  /// where that space is white.
  private static let paper = Color(red: 254, green: 254, blue: 254)

  /// Whether the last rows of a sheet are words: below the first gap, which starts at this column.
  private static func hasWords(_ sheet: Image, at column: Int) -> Bool {
    guard sheet.height > wordsHeight, sheet.width > column, case .uint8(let values) = sheet.samples else {
      return false
    }
    let first = sheet.height - wordsHeight
    return (first..<sheet.height).allSatisfy { row in
      let start = (row * sheet.width + column) * sheet.channels
      return values[start..<start + gap * sheet.channels].allSatisfy { $0 == paper.red }
    }
  }
}
