import RAMiTDiagnostics
import RAMiTImaging
import RAMiTMetrics
import RAMiTModels

/// Crops of a photo as several models restore it, with their scores (figures 1, 5 and G to M of the paper).
package struct CropFigure {
  /// Which pixels are scored.
  package enum ScoredPart: String, CaseIterable, Sendable {
    /// The whole image, by the task's protocol.
    case image
    /// What the crop shows, in the protocol's channels, without a border.
    case crop
  }

  /// The scores of one image, for JSON; PSNR may be infinite, SSIM is not a number for crops below 11 x 11 pixels.
  package struct Row: Encodable {
    package let model, box: String
    package let psnr, ssim: Double
  }

  package let rows: [Row]
  package let page: FigurePage

  private static let colors: [Color] = [
    .mark, .secondMark, Color(red: 20, green: 140, blue: 70), Color(red: 200, green: 120, blue: 0),
  ]

  /// - Parameters:
  ///   - boxes: rectangles of the target; for each there is a group of crops.
  ///   - progress: called with each model before it restores.
  ///   - note: called with a line where a model restores in tiles, as the whole takes too much memory.
  /// - Throws: `InputError` for a box outside of the image, and when a model cannot restore it.
  package init(
    _ images: FigureImages, models: [FigureModel], boxes: [PixelRectangle], scoring: ScoredPart,
    progress: (_ model: String) -> Void = { _ in }, note: (String) -> Void = { _ in }
  ) throws {
    guard let target = images.target else {
      throw InputError("the figure", expected: "a target, which scores and crops are of", found: "an input alone")
    }
    for box in boxes { try images.check(box, option: "--box") }
    let task = images.task
    var results: [(name: String, image: Image)] = [
      (
        task.isSuperResolution ? "Bicubic" : task.isDenoising ? "Noisy" : "Input",
        task.baseline(Image(images.input)).cropped(toFit: target)
      )
    ]
    for model in models {
      progress(model.label)
      results.append((model.label, try model.restore(images, note: note).cropped(toFit: target)))
    }
    var rows: [Row] = []
    var groups: [[[Panel?]]] = []
    for (number, box) in boxes.enumerated() {
      let color = Self.colors[number % Self.colors.count]
      // The scores of whole images are the same for every box.
      let showsScores = scoring == .crop || number == 0
      var panels = [Self.crop(target, box, caption: ["Target"] + (showsScores ? ["PSNR / SSIM"] : []), color)]
      for (name, image) in results {
        let score = Self.score(image, target, box, task, scoring)
        rows.append(Row(model: name, box: box.description, psnr: score.psnr, ssim: score.ssim))
        panels.append(Self.crop(image, box, caption: [name] + (showsScores ? [Self.text(score)] : []), color))
      }
      let lines = panels.count > 4 ? 2 : 1, columns = (panels.count + lines - 1) / lines
      groups.append(panels.rows(of: columns))
    }
    self.rows = rows
    page = Self.page(target, boxes, groups: groups, title: images.title)
  }

  private static func score(
    _ image: Image, _ target: Image, _ box: PixelRectangle, _ task: RestorationTask, _ part: ScoredPart
  ) -> Score {
    switch part {
    case .image: return task.score(image, against: target)
    case .crop:
      func crop(_ image: Image) -> Image { image.cropped(x: box.x, y: box.y, width: box.width, height: box.height) }
      return RAMiTMetrics.score(crop(image), against: crop(target), channels: task.scoredChannels, border: 0)
    }
  }

  /// `31.52 / 0.9012`.
  static func text(_ score: Score) -> String {
    "\(score.psnr == .infinity ? "∞" : score.psnr.fixed(2)) / \(score.ssim.fixed(4))"
  }

  private static func crop(_ image: Image, _ box: PixelRectangle, caption: [String], _ color: Color) -> Panel {
    let part = image.cropped(x: box.x, y: box.y, width: box.width, height: box.height)
    var panel = part.panel(side: 168, caption: caption)
    panel.frame = color
    return panel
  }

  /// The whole photo at the left, the crops at its right.
  private static func page(
    _ target: Image, _ boxes: [PixelRectangle], groups: [[[Panel?]]], title: String
  ) -> FigurePage {
    let crops = PanelGrid(rows: groups.flatMap(\.self))
    // As high as the crops with their captions, and not wider than three times its height.
    let height = max(200, crops.page(title: title).height - 2 * PanelGrid.margin - PanelGrid.lineHeight)
    let side = height * Double(max(target.width, target.height)) / Double(target.height)
    var photo = target.panel(side: min(side, 3 * height), caption: [title])
    if photo.height < height, Double(target.height) < height {
      // A small photo is enlarged to the height, for the eye alone.
      photo.width = (photo.width * height / photo.height).rounded()
      photo.height = height
    }
    photo.marks = zip(boxes, boxes.indices).map { box, index in
      .frame(box.place(on: photo, imageWidth: target.width, imageHeight: target.height), colors[index % colors.count])
    }
    return PanelGrid(rows: [[photo]]).page(title: "\(title), restored", beside: crops)
  }
}
