import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTMetrics
import RAMiTModels
import RAMiTTensorCore

/// Local attribution maps of several models beside each other (figures 3a and D of the paper).
package struct AttributionFigure {
  /// The map of one model.
  package struct Row: Encodable {
    package let model: String
    package let patch: String
    package let diffusionIndex: Double
    /// Of the contributions, what they should add up to, and the difference as a share of that.
    package let sum, change, error: Double
    package let steps: Int
  }

  package let rows: [Row]
  package let page: FigurePage

  /// The most pixels of an input: a step takes as much memory as one of training.
  package static let mostPixels = 256 * 256

  /// - Parameters:
  ///   - patch: the rectangle of the output whose details are attributed.
  ///   - progress: called with a model's name and how many steps of how many are done.
  /// - Throws: `InputError` for a patch that does not fit, and an input that is too large.
  package init(
    _ images: FigureImages, models: [FigureModel], patch: PixelRectangle, settings: LocalAttribution.Settings,
    progress: (_ model: String, _ done: Int, _ steps: Int) -> Void = { _, _, _ in }
  ) throws {
    try images.check(patch, option: "--box")
    let (height, width) = (images.input.shape[0], images.input.shape[1])
    guard patch.width >= 2, patch.height >= 2 else {
      throw InputError("--box", expected: "at least 2x2 pixels, between which there are gradients", found: "\(patch)")
    }
    guard width * height <= Self.mostPixels else {
      throw InputError(
        images.name, expected: "an input of at most \(Self.mostPixels) pixels, or --area for a part of it",
        found: "\(width) x \(height)")
    }
    let shown = images.shown
    var rows: [Row] = [], panels: [Panel] = []
    var first = shown.panel(side: 300, caption: [images.shownName, "patch \(patch)"])
    first.marks = [
      .frame(patch.place(on: first, imageWidth: shown.width, imageHeight: shown.height), .mark)
    ]
    panels.append(first)
    let gray = Self.faded(images)
    for model in models {
      let map = LocalAttribution(of: model.model, input: images.input, patch: patch, settings: settings) {
        progress(model.label, $0, $1)
      }
      rows.append(
        Row(
          model: model.label, patch: patch.description, diffusionIndex: map.diffusionIndex,
          sum: map.sum, change: map.change, error: map.error, steps: map.steps))
      var panel = Panel(
        Self.overlay(map.contributions, on: gray, width: width, height: height), width: first.width,
        height: first.height, caption: [model.label, "DI \(map.diffusionIndex.fixed(2))"])
      panel.marks = first.marks
      panels.append(panel)
    }
    let columns = models.count > 3 ? (panels.count + 1) / 2 : panels.count
    self.rows = rows
    page = PanelGrid(rows: panels.rows(of: columns)).page(title: "Local attribution maps of \(images.title)")
  }

  /// The input, gray and light.
  private static func faded(_ images: FigureImages) -> [Double] {
    let gray = Image(images.input).grayscale().tensor()
    return gray.array.map { 0.45 + 0.5 * Double($0) }
  }

  /// Red over the input. Contributions differ by orders of magnitude: a power of their share of the largest one shows
  /// the small ones, too. A hundredth is a quarter as deep.
  private static func overlay(_ contributions: [Float], on gray: [Double], width: Int, height: Int) -> Image {
    let most = Double(contributions.map(abs).max() ?? 0)
    let pixels = zip(contributions, gray).flatMap { value, gray -> [UInt8] in
      let share = most > 0 ? pow(Double(abs(value)) / most, 0.3) : 0
      return [(gray, 0.82), (gray, 0.03), (gray, 0.08)].map { old, new in
        UInt8((255 * (old + (new - old) * share)).rounded())
      }
    }
    return Image(width: width, height: height, channels: 3, samples: .uint8(pixels))
  }
}
