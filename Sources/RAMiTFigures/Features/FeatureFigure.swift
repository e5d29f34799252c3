import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModels
import RAMiTTensorCore

/// Feature maps of models, such as those before and after H-RAMi (figures 4 and E of the paper): a row for each model,
/// or several.
package struct FeatureFigure {
  /// The most maps that stand in one row with the photo.
  private static let mapsBesidePhoto = 4

  package let page: FigurePage

  /// - Parameters:
  ///   - layers: names of layers, or products of them; empty for all.
  /// - Throws: `InputError` for a layer that a model does not have.
  package init(_ images: FigureImages, models: [FigureModel], layers: [String]) throws {
    let shown = images.shown
    var rows: [[Panel?]] = []
    var all: [[FeatureMap]] = []
    for model in models {
      try model.checkMemory(images)
      let names = layers.isEmpty ? Self.layers(of: model, images) : layers
      all.append(try FeatureMap.maps(of: model.model, input: images.input, layers: names, label: model.label))
    }
    let range = Self.range(of: all.joined().flatMap(\.values))
    let hasRowTitles = models.count > 1 && all.allSatisfy { $0.count <= Self.mapsBesidePhoto }
    for (model, maps) in zip(models, all) {
      // Where no title names the model, its photo does.
      let photo = shown.panel(side: 224, caption: [images.shownName] + (hasRowTitles ? [] : [model.label]))
      let panels = maps.map { map in
        var image = ColorMap.sequential.image(map.values, width: map.width, height: map.height, range: range)
        // Leaving out pixels of a larger map would show patterns that it does not have.
        if Double(map.width) > photo.width {
          image = bicubicResize(
            image, width: Int(photo.width), height: Int(photo.height), scale: photo.width / Double(map.width))
        }
        return Panel(
          image, width: photo.width, height: photo.height, caption: [map.name, "\(map.width)×\(map.height)"])
      }
      let columns = min(maps.count, Self.mapsBesidePhoto) + 1
      rows += ([photo] + panels).rows(of: columns)
    }
    let grid = PanelGrid(rows: rows, rowTitles: hasRowTitles ? models.map(\.label) : [])
    var page = grid.page(title: "Feature maps of \(images.title)", extra: ColorBar.height)
    ColorBar(.sequential, range: range, title: "largest channel, standardised").draw(on: &page)
    self.page = page
  }

  private static func layers(of model: FigureModel, _ images: FigureImages) -> [String] {
    let padding = model.model.padding
    return ComponentLayers(
      of: model.model, height: padding.paddedSide(images.input.shape[0]),
      width: padding.paddedSide(images.input.shape[1])
    ).names
  }

  /// From the first to the last hundredth of the values, in halves: single bright pixels would make the rest dark.
  static func range(of values: [Float]) -> ClosedRange<Double> {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last, first < last else { return -1...1 }
    let low = Double(sorted[sorted.count / 100]), high = Double(sorted[sorted.count - 1 - sorted.count / 100])
    return (low * 2).rounded(.down) / 2...max((high * 2).rounded(.up), (low * 2).rounded(.down) + 1) / 2
  }
}

/// The colours of numbers, at the bottom of a page.
struct ColorBar {
  static let height = 38.0

  private let map: ColorMap
  private let range: ClosedRange<Double>
  private let title: String

  init(_ map: ColorMap, range: ClosedRange<Double>, title: String) {
    (self.map, self.range, self.title) = (map, range, title)
  }

  /// Draws in the last `height` pixels of the page, at the right.
  func draw(on page: inout FigurePage) {
    let width = min(220.0, page.width / 2 - PanelGrid.margin), steps = 110
    let left = page.width - PanelGrid.margin - width, top = page.height - Self.height
    let values = (0..<steps).map {
      Float(range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(steps - 1))
    }
    page.add(.image(map.image(values, width: steps, height: 1, range: range), Rectangle(left, top, width, 10)))
    let size = 11.0, baseline = top + 10 + size + 2
    func label(_ share: Double, _ anchor: TextAnchor) {
      let value = range.lowerBound + (range.upperBound - range.lowerBound) * share
      page.add(
        FigureText(
          text: text(value), position: Point(left + width * share, baseline), size: size, anchor: anchor,
          color: .muted))
    }
    label(0, .start)
    label(0.5, .middle)
    label(1, .end)
    let font = StrokeFont(size: size)
    page.add(
      FigureText(
        text: font.shortened(title, toWidth: left - PanelGrid.margin - 10), position: Point(left - 10, top + 9),
        size: size,
        anchor: .end, color: .muted))
  }

  /// As many digits as the ends and the middle need, up to three.
  private func text(_ value: Double) -> String {
    let shown = [range.lowerBound, range.upperBound, (range.lowerBound + range.upperBound) / 2]
    let digits =
      (0..<3).first { digits in
        let power = pow(10, Double(digits))
        return shown.allSatisfy { abs(($0 * power).rounded() - $0 * power) < 1e-6 }
      } ?? 3
    return value.fixed(digits).replacing("-", with: "−")
  }
}
