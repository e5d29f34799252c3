import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModels

/// A validation image as a page shows it: its centre in the baseline, restored, and in the target.
package struct RunSample: Equatable {
  /// The sheet's file.
  package let path: String
  package let panels: [Panel]

  /// The image's name, from that of its sheet's file.
  package var name: String {
    SampleSheet.name(ofFile: String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]))
  }

  package struct Panel: Equatable {
    package let title: String
    package let image: Image
    /// The image as a PNG.
    package let file: [UInt8]

    /// A link to the image that holds the image itself.
    package var link: String { "data:image/png;base64," + Data(file).base64EncodedString() }
  }

  /// The longest side of a panel, in pixels.
  package static let side = 256
  /// The most samples on a page.
  package static let mostShown = 8

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
    panels = try zip(SampleSheet.titles(task), sheet.panels).map { title, panel in
      let (width, height) = (min(panel.width, Self.side), min(panel.height, Self.side))
      let middle = panel.cropped(
        x: (panel.width - width) / 2, y: (panel.height - height) / 2, width: width, height: height)
      return Panel(title: title, image: middle, file: try ImageFile.png(middle, named: path))
    }
  }

  /// The samples in a run's folder, the first few by name.
  /// - Parameter report: called with each that cannot be read; the others are read all the same.
  package static func read(_ folder: String, of task: RestorationTask, report: (InputError) -> Void) -> [RunSample] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
      $0.hasSuffix(".png") && !$0.hasPrefix(".")
    }
    var samples: [RunSample] = []
    for name in names.sorted(by: isBefore).prefix(mostShown) {
      let path = folder + "/" + name
      do {
        samples.append(try RunSample(ImageFile.read(path), of: task, path: path))
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
