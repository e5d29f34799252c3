/// Where the two sides of pairs are: one or several folders each, the n-th of one with the n-th of the other.
///
/// A path is relative to a base. `{scale}` stands for the scale; a last part with a `*` picks files of a folder by
/// their names (`image_SRF_2/*_HR`); `.` is the base itself, without the folders in it. A first part that begins with
/// `{set}` is a folder named after the set (`Set5_HR` with `Set5_LR_x2`), of which there must be one.
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
    FolderLayout("GTmod{scale}", "LRbicx{scale}"),
    FolderLayout("HQ", "LQ"),
    FolderLayout("HR_x{scale}", "LR_x{scale}"),
    FolderLayout("HR", "LR/X{scale}"),
    FolderLayout("HR", "LR_x{scale}"),
    FolderLayout("HR", "LRx{scale}"),
    FolderLayout("HR", "LR_bicubic_X{scale}"),
    FolderLayout("HR", "LR_bicubic"),
    FolderLayout("HR", "LR"),
    FolderLayout("{set}_HR", "{set}_LR_bicubic/X{scale}"),
    FolderLayout("{set}_HR", "{set}_LR_x{scale}"),
    FolderLayout("GT", "LR"),
    FolderLayout("GT", "LQ"),
    FolderLayout("GT", "input"),
    FolderLayout("image_SRF_{scale}/*_HR", "image_SRF_{scale}/*_LR"),
    FolderLayout("target", "input"),
    FolderLayout("high", "low"),
    FolderLayout("normal", "low"),
    FolderLayout("norain", "rain"),
    // Rain100H and Rain100L as their authors pack them.
    FolderLayout("norain", "rain/X2"),
    FolderLayout("norain", "rainy"),
    FolderLayout("gt", "rainy"),
    FolderLayout("gt", "data"),
  ]

  /// The folders of targets that are known as such where no inputs lie beside them.
  static let targetsAlone = ["HR", "GTmod12", "HQ", "GT", "image_SRF_{scale}/*_HR"].map {
    FolderLayout(targets: [$0], inputs: [])
  }

  /// The targets lie directly in the base.
  var isBase: Bool { targets.contains { $0 == "." || $0.hasPrefix("./") } }

  /// Whether a folder of this name holds the targets of some set: `HR`, `gt`.
  package static func isNameOfTargets(_ name: String) -> Bool {
    (common + targetsAlone).contains { $0.targets[0].lowercased() == name.lowercased() }
  }

  /// No other set has folders of these names: `eval15/high`, `DIV2K_valid_HR`.
  var isOfItsSet: Bool {
    guard !isBase, let first = targets[0].split(separator: "/").first else { return false }
    let isCommon = (Self.common + Self.targetsAlone).contains { $0.targets[0].split(separator: "/").first == first }
    return !isCommon && (targets[0].contains("/") || first.contains("_"))
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
    if targets.contains(where: { $0.hasPrefix("{set}") }) {
      return try named(in: base, scale: scale)?.files(in: base, scale: scale, withInputs: withInputs)
    }
    guard let targets = Self.resolve(targets, in: base, scale: scale) else { return nil }
    // Photos lie directly in the base or the layout is another.
    for place in targets where place.isBase && (try? place.open()) == nil { return nil }
    guard withInputs else {
      return .joined(try targets.map { PairedFiles(photos: try $0.open()) })
    }
    guard !inputs.isEmpty, let places = Self.resolve(inputs, in: base, scale: scale) else { return nil }
    // Folders of scales in a folder of inputs are for the layouts that name this scale's.
    for (path, place) in zip(inputs, places) where !path.contains("{scale}") && FolderPath.hasScales(place.folder) {
      return nil
    }
    for place in places where place.isBase && (try? place.open()) == nil { return nil }
    return .joined(
      try zip(targets, places).map {
        let targets = try $0.open(excluding: $1.folder), inputs = try $1.open(excluding: $0.folder)
        return PairedFiles(
          targets: targets.omittingNone(of: inputs), inputs: inputs.omittingAll(beside: targets), scale: scale)
      })
  }

  /// The layout with the set's name in it; nil unless both sides of exactly one set are there.
  private func named(in base: String, scale: Int) -> FolderLayout? {
    let ending = targets[0].dropFirst("{set}".count).prefix { $0 != "/" }.lowercased()
    let found = FolderPath.folders(in: base).filter { $0.lowercased().hasSuffix(ending) }.map { folder in
      let name = String(folder.dropLast(ending.count))
      func filled(_ paths: [String]) -> [String] { paths.map { $0.replacing("{set}", with: name) } }
      return FolderLayout(targets: filled(targets), inputs: filled(inputs))
    }.filter { Self.resolve($0.targets + $0.inputs, in: base, scale: scale) != nil }
    return found.count == 1 ? found[0] : nil
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
      places.append(Place(folder: folder, pattern: pattern, isBase: parts.allSatisfy { $0 == "." }))
    }
    return places
  }
}
