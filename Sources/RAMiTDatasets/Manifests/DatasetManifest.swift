import RAMiTDiagnostics
import RAMiTImaging

/// What a published set is: where to get it, how its files lie, and how many there are.
///
/// The manifests are the YAML files in the folder `datasets/`, which are also compiled into the program.
package struct DatasetManifest: Equatable, Sendable {
  package enum Use: String, CaseIterable, Decodable, Sendable { case training, test }

  package let name: String
  package let title: String
  package let use: Use
  package let tasks: [RestorationTask.Kind]
  /// Pairs, or photos where inputs are made.
  package let count: Int
  /// How often the paper sees each image in an epoch (Sec. B); nil where it says nothing.
  package let `repeat`: Double?
  /// 3 for RGB, 1 for gray.
  package let channels: Int
  /// Names of its images that are gray although the others are not.
  package let gray: [String]
  /// The page to get it from, and the publication.
  package let page, citation: String?
  /// Other names under which its folder is known.
  package let folders: [String]
  package let layouts: [FolderLayout]
  /// The sets of which this is the union; they have layouts then, and this one has none.
  package let members: [String]
  /// The packages whose photos the set is prepared from, and how; none for a set that is published as it is.
  package let packages: [PhotoPackage]
  package let crops: CropSettings?
  /// The folder of its file, which is searched first for its members; nil for a published set.
  var folder: String?

  /// The samples of an epoch in which each image comes so often: rounded down, as the paper's 64,000 for DF2K. At most
  /// 10^12, which no training reaches.
  package static func samplesPerEpoch(count: Int, repeat factor: Double) -> Int {
    Int(min(Double(count) * factor * (1 + 1e-12), 1e12).rounded(.down))
  }

  /// The trees that are expected, one for each layout: `DIV2K_train_HR/ with DIV2K_train_LR_bicubic/X2/`.
  func trees(for settings: PairSettings) -> [String] {
    layouts.map { layout in
      func spelled(_ paths: [String]) -> String {
        let named = paths.map { path in
          let path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
          let place = path == "." ? name : "\(name)/\(path.replacing("{scale}", with: "\(settings.scale)"))"
          return place.contains("*") ? place : place + "/"
        }
        return named.joined(separator: " and ")
      }
      guard settings.kind != .denoising, !layout.inputs.isEmpty else { return spelled(layout.targets) }
      return "\(spelled(layout.targets)) with \(spelled(layout.inputs))"
    }.uniqued()
  }
}

extension Array where Element: Hashable {
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

extension DatasetManifest {
  /// Lines that say how to get the set.
  package var description: [String] {
    var lines = [
      "\(name): \(title)", "  images  \(count)", "  for     \(tasks.map(\.rawValue).joined(separator: ", "))",
    ]
    if let page { lines.append("  from    \(page)") }
    if let citation { lines.append("  cite    \(citation)") }
    if let factor = `repeat` {
      let samples = Self.samplesPerEpoch(count: count, repeat: factor)
      lines.append("  epoch   each image \(factor) times, \(samples.counted("sample", isGrouped: true))")
    }
    if members.isEmpty {
      let kind = tasks.first ?? .denoising
      let settings = PairSettings(kind, scale: kind == .superResolution ? 2 : 1)
      for (number, tree) in trees(for: settings).enumerated() {
        lines.append((number == 0 ? "  tree    " : "  or      ") + tree)
      }
    } else {
      lines.append("  union   \(members.joined(separator: ", "))")
    }
    for package in packages {
      lines.append("  package \(package.name) \(package.version), \(package.photos.count.counted("photo"))")
    }
    return lines
  }
}
