import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTModels

/// A validation image as a page shows it: its centre in the baseline, restored, and in the target.
package struct RunSample: Equatable {
  /// The sheet's file.
  package let path: String
  package let panels: [Panel]
  private let detail: SampleDetail?
  /// A part of each panel to be shown enlarged; empty where the panels are hardly larger.
  package let details: [Panel]
  /// The image's scores at the last validation, and before at those of which the history has the image; empty where
  /// they are not known.
  package var scores: [SampleScores.Entry] = []
  /// The same part of the restored image at earlier validations, some of them.
  package var past: [(entry: SampleScores.Entry, detail: Panel)] = []

  package static func == (first: RunSample, second: RunSample) -> Bool {
    first.path == second.path && first.panels == second.panels && first.scores == second.scores
  }

  /// The image's name, from that of its sheet's file.
  package var name: String {
    SampleSheet.name(ofFile: String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]))
  }

  package struct Panel: Equatable {
    package let title: String
    package let image: Image
    /// The image as a PNG.
    package let file: [UInt8]

    fileprivate init(title: String, image: Image, path: String) throws {
      (self.title, self.image) = (title, image)
      file = try ImageFile.png(image, named: path)
    }

    /// A link to the image that holds the image itself.
    package var link: String { "data:image/png;base64," + Data(file).base64EncodedString() }
  }

  /// The longest side of a panel, in pixels.
  package static let side = 256
  /// The most samples on a page.
  package static let mostShown = 8
  /// The most earlier validations of a sample on a page.
  private static let mostPast = 6

  /// - Throws: `InputError` when the image is no sheet of the task.
  package init(_ image: Image, of task: RestorationTask, path: String) throws {
    let titles = SampleSheet.titles(task)
    guard let sheet = SampleSheet(image, panels: titles.count) else {
      throw InputError(
        path, expected: "\(titles.joined(separator: ", ")) side by side",
        found: "an image of \(image.width) x \(image.height)")
    }
    try self.init(sheet, of: task, path: path)
  }

  package init(_ sheet: SampleSheet, of task: RestorationTask, path: String) throws {
    self.path = path
    let panels = try zip(SampleSheet.titles(task), sheet.panels).map { title, panel in
      try Panel(title: title, image: Self.middle(of: panel), path: path)
    }
    let detail = SampleDetail(in: panels[panels.count - 1].image)
    self.detail = detail
    details =
      try detail.map { detail in
        try panels.map { try Panel(title: $0.title, image: detail.cropped($0.image), path: path) }
      } ?? []
    self.panels = panels
  }

  /// The part of an image that is shown.
  package static func middle(of image: Image) -> Image {
    let (width, height) = (min(image.width, side), min(image.height, side))
    return image.cropped(
      x: (image.width - width) / 2, y: (image.height - height) / 2, width: width, height: height)
  }

  /// Takes the image's scores, and the details of earlier validations, as far as the history has them.
  /// - Parameter before: the same sample at the validation before, whose details are not read again.
  package mutating func add(_ scores: [SampleScores.Entry], _ files: RunFiles, before: RunSample? = nil) {
    self.scores = scores
    guard let detail else { return }
    let kept = scores.dropLast().filter(\.isKept)
    let shown =
      kept.count <= Self.mostPast
      ? Array(kept) : (0..<Self.mostPast).map { kept[$0 * (kept.count - 1) / (Self.mostPast - 1)] }
    past = shown.compactMap { entry in
      if let known = before?.past.first(where: { $0.entry == entry }), before?.detail == detail { return known }
      let path = files.pastSample(SampleSheet.fileName(name), iteration: entry.iteration)
      guard let image = try? ImageFile.read(path), image.width == panels[0].image.width,
        image.height == panels[0].image.height,
        let panel = try? Panel(title: "restored", image: detail.cropped(image), path: path)
      else { return nil }
      return (entry, panel)
    }
  }

  /// The samples in a run's folder, the first few by name.
  /// - Parameters:
  ///   - scores: of all samples.
  ///   - report: called with each that cannot be read; the others are read all the same.
  package static func read(
    _ files: RunFiles, of task: RestorationTask, _ scores: SampleScores, report: (InputError) -> Void
  ) -> [RunSample] {
    let folder = files.samples
    let names = ((try? Folder.names(folder)) ?? []).filter {
      $0.hasSuffix(".png") && !$0.hasPrefix(".")
    }
    var samples: [RunSample] = []
    for name in names.sorted(by: isBefore).prefix(mostShown) {
      let path = folder + "/" + name
      do {
        var sample = try RunSample(ImageFile.read(path), of: task, path: path)
        sample.add(scores.entries(of: sample.name), files)
        samples.append(sample)
      } catch let error as InputError {
        report(error)
      } catch {
        report(InputError(path, expected: "an image", found: "\(error)"))
      }
    }
    return samples
  }

  /// The panels side by side.
  package var strip: Image { SampleSheet(panels: panels.map(\.image)).image }

  /// `leaves-9` comes before `leaves-10`.
  package static func isBefore(_ first: String, _ second: String) -> Bool {
    let order = first.compare(second, options: [.numeric, .caseInsensitive])
    return order == .orderedSame ? first < second : order == .orderedAscending
  }
}
