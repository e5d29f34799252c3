import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModels
import RAMiTTensorCore

/// Attention maps of a layer: for each head what a pixel attends to in its window, and the map of the window; or the
/// map between the channels.
package struct AttentionFigure {
  /// A head's map, for JSON.
  package struct Map: Encodable {
    package let head: Int
    /// A row for each query; each adds up to 1.
    package let rows: [[Float]]
  }

  /// Maps beside each other.
  private static let columns = 4

  package let maps: [Map]
  package let page: FigurePage

  /// - Parameters:
  ///   - layer: one of `AttentionLayers`; nil for the first.
  ///   - head: nil for all.
  ///   - pixel: of the input, whose window is shown; nil for the middle.
  /// - Throws: `InputError` for a layer, a head or a pixel that does not exist.
  package init(
    _ images: FigureImages, model: FigureModel, layer: String?, head: Int?, pixel: (x: Int, y: Int)?
  ) throws {
    let (height, width) = (images.input.shape[0], images.input.shape[1])
    let padded = model.model.padding.padded(
      Variable(constant: images.input.reshaped([1, height, width, images.task.channels])))
    let layers = AttentionLayers(of: model.model, height: padded.shape[1], width: padded.shape[2]).all
    guard !layers.isEmpty else {
      throw InputError("--layer", expected: "a model with attention", found: "\(model.label), which has none")
    }
    guard let index = layer.map({ name in layers.firstIndex { $0.name == name } }) ?? 0 else {
      throw ComponentLayers.unknown(layer ?? "", model: model.label, known: layers.map(\.name))
    }
    let chosen = layers[index]
    if let head, !(0..<chosen.heads).contains(head) {
      throw InputError("--head", expected: "0 to \(chosen.heads - 1) in \(chosen.name)", found: "\(head)")
    }
    let point = pixel ?? (width / 2, height / 2)
    guard 0..<width ~= point.x, 0..<height ~= point.y else {
      throw InputError(
        "--pixel", expected: "a pixel of the input of \(width)x\(height)", found: "\(point.x),\(point.y)")
    }
    try model.checkMemory(images)
    let heads = head.map { [$0] } ?? Array(0..<chosen.heads)
    // The same place on the layer's map.
    let place = (x: point.x * chosen.width / padded.shape[2], y: point.y * chosen.height / padded.shape[1])
    var found: [Map] = [], window: [(y: Int, x: Int)] = []
    AttentionLayers.withAttention(index, of: model.model, padded: padded) { attention in
      let (row, column) = attention.window(y: place.y, x: place.x)
      window = attention.places(row: row, column: column)
      found = heads.map { head in
        let values =
          chosen.kind == .channel
          ? attention.channelMap(head: head) : attention.spatialMap(head: head, row: row, column: column)
        let side = chosen.kind == .channel ? chosen.headDim : window.count
        return Map(head: head, rows: (0..<side).map { Array(values[$0 * side..<($0 + 1) * side]) })
      }
    }
    maps = found
    let query = window.firstIndex { $0 == (place.y, place.x) } ?? 0
    // A pixel of the layer's map is so many pixels of the output.
    let step = Double(padded.shape[1] * images.task.scale) / Double(chosen.height)
    let photo = Self.photo(images, chosen, window: window, place: place, step: step)
    page = PanelGrid(rows: [[photo]]).page(
      title: "Attention of \(chosen.name) in \(model.label)", beside: Self.grid(found, chosen, query: query))
  }

  /// The photo with the window and the query.
  private static func photo(
    _ images: FigureImages, _ layer: AttentionLayers.Layer, window: [(y: Int, x: Int)], place: (x: Int, y: Int),
    step: Double
  ) -> Panel {
    let shown = images.shown
    var panel = shown.panel(side: 320, caption: [layer.name, layer.summary.heads, layer.summary.map])
    guard case .spatial(let windowHeight, let windowWidth, _, _) = layer.kind else { return panel }
    let share = panel.width / Double(shown.width) * step
    // A shifted window may reach round the edges: then only its query is marked.
    if let first = window.first, let last = window.last, last.y - first.y == windowHeight - 1,
      last.x - first.x == windowWidth - 1
    {
      let right = min(Double(last.x + 1) * share, panel.width), bottom = min(Double(last.y + 1) * share, panel.height)
      let (x, y) = (Double(first.x) * share, Double(first.y) * share)
      if right > x, bottom > y { panel.marks.append(.frame(Rectangle(x, y, right - x, bottom - y), .mark)) }
    }
    panel.marks.append(.dot(Point((Double(place.x) + 0.5) * share, (Double(place.y) + 0.5) * share), .secondMark))
    return panel
  }

  /// The maps of windows below what the query attends to.
  private static func grid(_ maps: [Map], _ layer: AttentionLayers.Layer, query: Int) -> PanelGrid {
    let matrices = maps.map { map in
      panel(
        map.rows.flatMap(\.self), width: map.rows.count, height: map.rows.count, side: 150, caption: "head \(map.head)")
    }
    guard case .spatial(let windowHeight, let windowWidth, _, _) = layer.kind else {
      return PanelGrid(rows: matrices.rows(of: columns))
    }
    let queries = maps.map { map in
      var panel = panel(
        map.rows[query], width: windowWidth, height: windowHeight, side: 150, caption: "head \(map.head), query")
      let zoom = panel.width / Double(windowWidth)
      panel.marks = [
        .dot(Point((Double(query % windowWidth) + 0.5) * zoom, (Double(query / windowWidth) + 0.5) * zoom), .secondMark)
      ]
      return panel
    }
    return PanelGrid(rows: zip(queries.rows(of: columns), matrices.rows(of: columns)).flatMap { [$0, $1] })
  }

  private static func panel(_ values: [Float], width: Int, height: Int, side: Double, caption: String) -> Panel {
    let most = Double(values.max() ?? 1)
    // A few large weights would make all others dark: colours go by the root.
    let image = ColorMap.sequential.image(
      values.map { $0.squareRoot() }, width: width, height: height, range: 0...max(most.squareRoot(), 1e-6))
    var panel = image.panel(side: side, caption: [caption, "up to \(most.fixed(3))"])
    // Whole zooms leave a map of 64 x 64 smaller than one of 8 x 8.
    panel.width = side
    panel.height = side * Double(height) / Double(width)
    return panel
  }
}
