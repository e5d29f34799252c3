import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// The published sets that the program knows.
package enum DatasetCatalog {
  /// In the order of their names.
  package static let manifests: [DatasetManifest] = embeddedManifests.map { name, text in
    do {
      return try DatasetManifest(yaml: String(decoding: text, as: UTF8.self), file: "datasets/\(name).yaml")
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The manifest of this name, whatever the case of its letters; or of a file, for a name that ends in `.yaml`.
  /// - Parameter folder: a folder that is searched before the published sets: for a file by its path from there, or by
  ///   the name that it gives its set. Without it, a file's path is one from the current folder.
  /// - Throws: `InputError` with the names that are known.
  package static func manifest(_ name: String, beside folder: String? = nil) throws -> DatasetManifest {
    if isFile(name) {
      let path = folder.map { name.hasPrefix("/") ? name : $0 + "/" + name } ?? name
      return try DatasetManifest(readingFile: path)
    }
    if let folder, let found = try manifest(named: name, in: folder) { return found }
    if let found = manifests.first(where: { $0.name.lowercased() == name.lowercased() }) { return found }
    let names = manifests.map(\.name)
    let hint = name.nearest(in: names).map { "perhaps \($0)" } ?? "one of " + names.joined(separator: ", ")
    throw InputError(name, expected: "a data set's name, \(hint)", found: "an unknown one")
  }

  /// The published test sets whose trees a folder holds, where they are told by folders of their own
  /// (`eval15/high` of LOL, `test/Rain100H/target`), and their files. Of a set that is published in gray and in RGB it
  /// is the one with the settings' channels.
  /// - Throws: `InputError` for a folder of such a tree without images.
  package static func testSets(
    in folder: String, for settings: PairSettings
  ) throws -> [(manifest: DatasetManifest, files: PairedFiles)] {
    let found = try manifests.filter { $0.use == .test && $0.tasks.contains(settings.kind) }.compactMap {
      manifest -> (manifest: DatasetManifest, files: PairedFiles)? in
      for layout in manifest.layouts where layout.isOfItsSet {
        guard !layout.inputs.isEmpty || !settings.kind.needsInputFiles else { continue }
        let withInputs = settings.kind != .denoising
        if let files = try layout.files(in: folder, scale: settings.scale, withInputs: withInputs) {
          return (manifest, files)
        }
      }
      return nil
    }
    let exact = found.filter { $0.manifest.channels == settings.channels }
    return exact.isEmpty ? found : exact
  }

  private static func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

  /// The manifest among the files of a folder whose set has this name; other YAML may lie there, too.
  /// - Throws: `InputError` when several have it.
  private static func manifest(named name: String, in folder: String) throws -> DatasetManifest? {
    let files = ((try? Folder.names(folder)) ?? []).filter(isFile).sorted()
    let found = files.compactMap { file -> (file: String, manifest: DatasetManifest)? in
      guard let manifest = try? DatasetManifest(readingFile: folder + "/" + file),
        manifest.name.lowercased() == name.lowercased()
      else { return nil }
      return (file, manifest)
    }
    guard found.count < 2 else {
      throw InputError(
        folder, expected: "one manifest of the name \(name)",
        found: "\(found.count): \(found.map(\.file).joined(separator: ", "))")
    }
    return found.first?.manifest
  }
}

/// The files of datasets/, which the build compiles into the program: a file name without extension, and its text.
private let embeddedManifests: [(name: String, text: [UInt8])] = [
  ("BSD100", PackageResources.BSD100_yaml),
  ("BSD68", PackageResources.BSD68_yaml),
  ("BSDS500", PackageResources.BSDS500_yaml),
  ("CBSD68", PackageResources.CBSD68_yaml),
  ("DF2K", PackageResources.DF2K_yaml),
  ("DFBW", PackageResources.DFBW_yaml),
  ("DIV2K-valid", PackageResources.DIV2K_valid_yaml),
  ("DIV2K", PackageResources.DIV2K_yaml),
  ("Flickr2K", PackageResources.Flickr2K_yaml),
  ("Kodak24", PackageResources.Kodak24_yaml),
  ("LOL+VE-LOL", PackageResources.LOL_VE_LOL_yaml),
  ("LOL-test", PackageResources.LOL_test_yaml),
  ("LOL-v2-real", PackageResources.LOL_v2_real_yaml),
  ("LOL-v2-synthetic", PackageResources.LOL_v2_synthetic_yaml),
  ("LOL", PackageResources.LOL_yaml),
  ("Manga109", PackageResources.Manga109_yaml),
  ("McMaster", PackageResources.McMaster_yaml),
  ("Rain100H", PackageResources.Rain100H_yaml),
  ("Rain100L", PackageResources.Rain100L_yaml),
  ("Rain13K", PackageResources.Rain13K_yaml),
  ("Set12", PackageResources.Set12_yaml),
  ("Set14", PackageResources.Set14_yaml),
  ("Set5", PackageResources.Set5_yaml),
  ("Test100", PackageResources.Test100_yaml),
  ("Test1200", PackageResources.Test1200_yaml),
  ("Test2800", PackageResources.Test2800_yaml),
  ("Urban100", PackageResources.Urban100_yaml),
  ("VE-LOL-cap", PackageResources.VE_LOL_cap_yaml),
  ("VE-LOL", PackageResources.VE_LOL_yaml),
  ("WED", PackageResources.WED_yaml),
  ("free-photos-valid", PackageResources.free_photos_valid_yaml),
  ("free-photos", PackageResources.free_photos_yaml),
]
