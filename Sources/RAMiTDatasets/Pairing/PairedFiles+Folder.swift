import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

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
    if settings.kind != .denoising, let files = try sideBySide(path, scale: scale, kind: settings.kind) { return files }
    guard !settings.kind.needsInputFiles else {
      let names = layouts(scale: scale).map { "\($0.targets[0])/ and \($0.inputs[0])/" }.joined(separator: ", ")
      throw InputError(
        path, expected: "a folder of targets and one of inputs in it (\(names))", found: "no such two folders")
    }
    // Targets alone, whose inputs are made: inputs for another scale or task beside them do not count.
    for layout in FolderLayout.targetsAlone {
      for scale in layout.scales(of: settings) {
        if let files = try layout.files(in: path, scale: scale, withInputs: false) { return files }
      }
    }
    if settings.kind == .denoising, let files = try targetsOfPairs(path, scale: scale) { return files }
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
  /// - Parameter kind: what the pairs are for, where that is known: it tells what names mean in one folder of both.
  static func sideBySide(_ path: String, scale: Int, kind: RestorationTask.Kind? = nil) throws -> PairedFiles? {
    for layout in layouts(scale: scale) {
      if let files = try layout.files(in: path, scale: scale, withInputs: true) { return files }
    }
    return try inOneFolder(path, scale: scale, kind: kind)
  }

  /// The targets of a folder that holds both sides, for noise to be added; nil when it does not.
  private static func targetsOfPairs(_ path: String, scale: Int) throws -> PairedFiles? {
    if let layout = try layout(of: path, scale: scale) {
      return try layout.files(in: path, scale: scale, withInputs: false)
    }
    return try inOneFolder(path, scale: scale, kind: .denoising)
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
