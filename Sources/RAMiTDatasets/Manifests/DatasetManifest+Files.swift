import RAMiTDiagnostics

extension DatasetManifest {
  /// The sets whose files these are: the members of a union, or this one.
  package func parts() throws -> [DatasetManifest] {
    guard !members.isEmpty else { return [self] }
    return try members.map { member in
      let manifest = try DatasetCatalog.manifest(member, beside: folder)
      guard manifest.members.isEmpty else {
        throw InputError(name, expected: "members that are no unions", found: "\(member), a union")
      }
      return manifest
    }
  }

  /// Finds the files of this set, which is no union.
  ///
  /// A set lies in a folder of its name (or of another of its names) in `root`, or in `root` itself. Inputs of
  /// super-resolution that no file holds are made.
  /// - Throws: `InputError` that says where to get the set and what tree is expected.
  package func files(in root: String, for settings: PairSettings) throws -> PairedFiles {
    guard tasks.contains(settings.kind) || (use == .test && !settings.kind.needsInputFiles) else {
      throw InputError(
        name, expected: "a data set for \(settings.kind.rawValue)",
        found: "one for \(tasks.map(\.rawValue).joined(separator: ", "))")
    }
    let names = [name] + folders
    let own = (names + names.map { "benchmark/\($0)" }).compactMap { FolderPath.find($0, in: root) }
    let withInputs: [Bool] =
      switch settings.kind {
      case .superResolution: [true, false]
      case .denoising: [false]
      case .lowLight, .deraining: [true]
      }
    for withInputs in withInputs {
      for base in own + [root] {
        // What lies in the root itself must be recognisable by its folders.
        for layout in layouts where base != root || !layout.isBase {
          for scale in layout.scales(of: settings) {
            if let files = try layout.files(in: base, scale: scale, withInputs: withInputs) { return files }
          }
        }
      }
    }
    throw absent(root, settings)
  }

  private func absent(_ root: String, _ settings: PairSettings) -> InputError {
    let what = settings.kind.needsInputFiles ? "pairs" : "images"
    let source = [page, citation].compactMap { $0 }.joined(separator: ", ")
    return InputError(
      root,
      expected: "\(name), \(count) \(what), as \(trees(for: settings).joined(separator: ", or "))"
        + (source.isEmpty ? "" : "; get it from \(source)"),
      found: FolderPath.contents(of: root))
  }
}
