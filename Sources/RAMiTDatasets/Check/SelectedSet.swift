import RAMiTDiagnostics
import RAMiTImaging

/// A set that a user named, by a folder or by a data set's name, and its files for one scale.
package struct SelectedSet: Sendable {
  package let name: String
  /// The folder that was named.
  package let location: String
  package let files: PairedFiles
  package let settings: PairSettings
  package let manifest: DatasetManifest?

  /// Inputs of these scales are searched for where none is named.
  private static let scales = [2, 3, 4]

  /// The pairs of a user's folder.
  /// - Parameters:
  ///   - inputs: the folder of the inputs, where it is elsewhere.
  ///   - settings: what the pairs are for; nil takes every kind that is there: inputs of each scale, inputs of the
  ///     targets' size, or photos alone.
  /// - Throws: `InputError` that names a folder.
  package static func folder(_ path: String, inputs: String?, settings: PairSettings?) throws -> [SelectedSet] {
    func set(_ settings: PairSettings, _ files: PairedFiles) -> SelectedSet {
      SelectedSet(name: path, location: path, files: files, settings: settings, manifest: nil)
    }
    if let settings { return [set(settings, try PairedFiles.folder(path, inputs: inputs, for: settings))] }
    let paired = PairSettings(.deraining)
    if inputs != nil { return [set(paired, try PairedFiles.folder(path, inputs: inputs, for: paired))] }
    let scaled = try scales.compactMap { scale -> SelectedSet? in
      for layout in FolderLayout.common where layout.inputs[0].contains("{scale}") {
        guard let files = try layout.files(in: path, scale: scale, withInputs: true) else { continue }
        return set(PairSettings(.superResolution, scale: scale), files)
      }
      return nil
    }
    if !scaled.isEmpty { return scaled }
    for scale in scales {
      // Inputs for a scale that no folder's name tells.
      guard let files = try PairedFiles.sideBySide(path, scale: scale), areScaled(files, by: scale) else { continue }
      return [set(PairSettings(.superResolution, scale: scale), files)]
    }
    if let files = try PairedFiles.sideBySide(path, scale: 1) { return [set(paired, files)] }
    return [set(PairSettings(.denoising), try PairedFiles.folder(path, for: PairSettings(.denoising)))]
  }

  /// Whether the first input that can be read has a target of so many times its size.
  private static func areScaled(_ files: PairedFiles, by scale: Int) -> Bool {
    for pair in files.pairs {
      guard let file = pair.input, let input = try? ImageFile.header(file),
        let target = try? ImageFile.header(pair.target)
      else { continue }
      return sizeError(
        file, input: (input.width, input.height), pair.target, target: (target.width, target.height), scale: scale)
        == nil
    }
    return false
  }

  /// A published set, or each member of a union.
  /// - Parameter settings: as for a folder.
  /// - Throws: `InputError` that says where to get the set and what tree is expected.
  package static func dataset(
    _ name: String, root: String, settings: PairSettings?
  ) throws -> [SelectedSet] {
    try DatasetCatalog.manifest(name).parts().flatMap { manifest -> [SelectedSet] in
      func set(_ settings: PairSettings) throws -> SelectedSet {
        SelectedSet(
          name: manifest.name, location: root, files: try manifest.files(in: root, for: settings), settings: settings,
          manifest: manifest)
      }
      if let settings { return [try set(settings)] }
      if let kind = manifest.tasks.first(where: \.needsInputFiles) { return [try set(PairSettings(kind))] }
      let photos = try set(PairSettings(.denoising))
      guard manifest.tasks.contains(.superResolution) else { return [photos] }
      let scaled = try scales.map { try set(PairSettings(.superResolution, scale: $0)) }
      let found = scaled.filter { $0.files.pairs.contains { $0.input != nil } || !$0.files.errors.isEmpty }
      return found.isEmpty ? [photos] : found
    }
  }

  /// The pairs, to be read.
  package func pairs(memory bytes: Int) -> PhotoPairs {
    PhotoPairs(files, settings, reader: PhotoReader(memory: PhotoCache(bytes: bytes)))
  }

  /// All files, in order.
  package var paths: [String] { files.pairs.flatMap { [$0.target, $0.input].compactMap { $0 } } }
}
