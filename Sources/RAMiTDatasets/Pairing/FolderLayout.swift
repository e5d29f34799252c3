import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// Where the two sides of pairs are: one or several folders each, the n-th of one with the n-th of the other.
///
/// A path is relative to a base. `{scale}` stands for the scale; a last part with a `*` picks files of a folder by
/// their names (`image_SRF_2/*_HR`); `.` is the base itself, without the folders in it.
package struct FolderLayout: Equatable, Sendable {
  package let targets: [String]
  /// Empty where the layout has no inputs.
  package let inputs: [String]

  /// The layouts in which people keep sets of their own, besides one folder of photos.
  static let common: [FolderLayout] = [
    // Both sides in folders of the scale come before targets that would take those folders for their own.
    FolderLayout("HR/X{scale}", "LR/X{scale}"),
    FolderLayout("HR/X{scale}", "LR_bicubic/X{scale}"),
    FolderLayout("HR", "LR_bicubic/X{scale}"),
    FolderLayout("GTmod12", "LRbicx{scale}"),
    FolderLayout("HQ", "LQ"),
    FolderLayout("HR_x{scale}", "LR_x{scale}"),
    FolderLayout("HR", "LR/X{scale}"),
    FolderLayout("HR", "LR_x{scale}"),
    FolderLayout("HR", "LRx{scale}"),
    FolderLayout("HR", "LR_bicubic_X{scale}"),
    FolderLayout("HR", "LR_bicubic"),
    FolderLayout("HR", "LR"),
    FolderLayout("GT", "LR"),
    FolderLayout("GT", "LQ"),
    FolderLayout("GT", "input"),
    FolderLayout("image_SRF_{scale}/*_HR", "image_SRF_{scale}/*_LR"),
    FolderLayout("target", "input"),
    FolderLayout("high", "low"),
    FolderLayout("normal", "low"),
    FolderLayout("norain", "rain"),
  ]

  /// The folders of targets that are known as such where no inputs lie beside them.
  static let targetsAlone = ["HR", "GTmod12", "HQ", "GT", "image_SRF_{scale}/*_HR"].map {
    FolderLayout(targets: [$0], inputs: [])
  }

  init(_ target: String, _ input: String) { self.init(targets: [target], inputs: [input]) }

  init(targets: [String], inputs: [String]) {
    self.targets = targets
    self.inputs = inputs
  }

  /// The files of the layout in a folder; nil when one of its folders is not there.
  /// - Parameter withInputs: false leaves the inputs out.
  /// - Throws: `InputError` for a folder without images.
  func files(in base: String, scale: Int, withInputs: Bool) throws -> PairedFiles? {
    // Photos lie directly in the base or the layout is another.
    if targets == ["."], (try? ImageFolder(base, isDeep: false)) == nil { return nil }
    guard let targets = Self.resolve(targets, in: base, scale: scale) else { return nil }
    guard withInputs else {
      return .joined(try targets.map { PairedFiles(photos: try $0.open()) })
    }
    guard !inputs.isEmpty, let places = Self.resolve(inputs, in: base, scale: scale) else { return nil }
    // Folders of scales in a folder of inputs are for the layouts that name this scale's.
    for (path, place) in zip(inputs, places) where !path.contains("{scale}") && FolderPath.hasScales(place.folder) {
      return nil
    }
    return .joined(
      try zip(targets, places).map {
        PairedFiles(
          targets: try $0.open(excluding: $1.folder), inputs: try $1.open(excluding: $0.folder), scale: scale)
      })
  }

  private struct Place {
    let folder: String
    let pattern: String?
    let isBase: Bool

    func open(excluding other: String? = nil) throws -> ImageFolder {
      try ImageFolder(folder, pattern: pattern, excluding: other, isDeep: !isBase)
    }
  }

  private static func resolve(_ paths: [String], in base: String, scale: Int) -> [Place]? {
    var places: [Place] = []
    for path in paths {
      var parts = path.replacing("{scale}", with: "\(scale)").split(separator: "/").map(String.init)
      let pattern = parts.last?.contains("*") == true ? parts.removeLast() : nil
      guard let folder = FolderPath.find(parts.joined(separator: "/"), in: base) else { return nil }
      places.append(Place(folder: folder, pattern: pattern, isBase: path == "."))
    }
    return places
  }
}

extension PairedFiles {
  /// The pairs of a user's folder: targets and inputs side by side in it (`HQ` and `LQ`, `HR` and `LR_bicubic/X2`,
  /// `target` and `input`, and the like), inputs in a folder elsewhere, or photos alone.
  /// - Parameters:
  ///   - inputs: the folder of the inputs, where it is not in the same folder.
  /// - Throws: `InputError` that names a missing or empty folder, or the pairs that a task cannot do without.
  package static func folder(_ path: String, inputs: String? = nil, for settings: PairSettings) throws -> PairedFiles {
    let scale = settings.scale
    if let inputs {
      return PairedFiles(
        targets: try ImageFolder(path, excluding: inputs), inputs: try ImageFolder(inputs, excluding: path),
        scale: scale)
    }
    guard FolderPath.isFolder(path) else { throw noFolder(path) }
    if settings.kind != .denoising, let files = try sideBySide(path, scale: scale) { return files }
    guard !settings.kind.needsInputFiles else {
      let names = layouts(scale: scale).map { "\($0.targets[0])/ and \($0.inputs[0])/" }.joined(separator: ", ")
      throw InputError(
        path, expected: "a folder of targets and one of inputs in it (\(names))", found: "no such two folders")
    }
    // Targets alone, whose inputs are made: inputs for another scale or task beside them do not count.
    for layout in FolderLayout.targetsAlone {
      if let files = try layout.files(in: path, scale: scale, withInputs: false) { return files }
    }
    if settings.kind == .denoising, let layout = try layout(of: path, scale: scale) {
      if let files = try layout.files(in: path, scale: scale, withInputs: false) { return files }
    }
    try refuseUnknownSides(path)
    return PairedFiles(photos: try ImageFolder(path))
  }

  /// What people call folders of targets and of inputs: abbreviations count anywhere in a name, words only alone.
  private static let sides = (
    targets: (
      abbreviations: ["hr", "hrx", "hq", "gt", "gtmod"],
      words: ["target", "targets", "high", "normal", "norain", "original", "clean", "sharp", "groundtruth"]
    ),
    inputs: (
      abbreviations: ["lr", "lrx", "lrbic", "lrbicx", "lq"],
      words: ["input", "inputs", "low", "rain", "rainy", "noisy", "blur", "blurry", "degraded", "bicubic"]
    )
  )

  /// Two sides in folders that no layout knows are not photos alone: the inputs would be taken for targets.
  private static func refuseUnknownSides(_ path: String) throws {
    let folders = FolderPath.folders(in: path)
    func first(_ side: (abbreviations: [String], words: [String])) -> String? {
      folders.first { folder in
        let name = folder.lowercased()
        let parts = name.split { !("a"..."z").contains($0) }.map(String.init)
        return side.words.contains(name) || parts.contains { side.abbreviations.contains($0) }
      }
    }
    guard let target = first(sides.targets), let input = first(sides.inputs), target != input else { return }
    guard [target, input].allSatisfy({ (try? ImageFolder(path.appendingPath($0))) != nil }) else { return }
    throw InputError(
      path, expected: "photos alone, or targets and inputs in folders of known names (HR/ and LR/, HQ/ and LQ/, ...)",
      found: "\(target)/ and \(input)/, which would be mixed")
  }

  private static func layouts(scale: Int) -> [FolderLayout] {
    FolderLayout.common.filter { scale > 1 || !$0.inputs[0].contains("{scale}") }
  }

  /// The pairs of a folder that holds both sides; nil when it does not.
  static func sideBySide(_ path: String, scale: Int) throws -> PairedFiles? {
    for layout in layouts(scale: scale) {
      if let files = try layout.files(in: path, scale: scale, withInputs: true) { return files }
    }
    return nil
  }

  /// Of a folder that holds both sides, where they are; nil when it does not.
  private static func layout(of path: String, scale: Int) throws -> FolderLayout? {
    try layouts(scale: scale).first { try $0.files(in: path, scale: scale, withInputs: true) != nil }
  }

  /// The folder of inputs, of the targets' size and beside them, which denoising does not use; nil for none.
  package static func unusedInputs(in path: String) throws -> String? {
    guard FolderPath.isFolder(path) else { return nil }
    return try layout(of: path, scale: 1)?.inputs.first
  }

  private static func noFolder(_ path: String) -> InputError {
    let found: String
    do {
      let kind = try FileStatus(path).kind
      found = kind == .folder ? "one that cannot be read" : kind.rawValue
    } catch {
      found = error.code == ENOENT ? "no such folder" : "\(error)"
    }
    return InputError(path, expected: "a folder of images", found: found)
  }
}
