extension PairedFiles {
  /// Pairs a folder of restored images with their targets, by names: the same name, the name of the input that was
  /// restored (`0001x2` of `0001`), or the target's and an ending that is the same for all (`baby_SwinIR` of `baby`).
  /// - Parameters:
  ///   - folder: the restored images, which become the pairs' inputs.
  ///   - scale: of the task; 1 where it is not known.
  /// - Throws: `InputError` that names a missing or empty folder.
  package static func restored(_ folder: String, targets: String, scale: Int) throws -> PairedFiles {
    let targets = try ImageFolder(targets, excluding: folder)
    let restored = try ImageFolder(folder, excluding: targets.path)
    let byName = PairedFiles(targets: targets, inputs: restored, scale: scale)
    guard !byName.errors.isEmpty, let ending = commonEnding(of: restored, beyond: targets) else { return byName }
    return PairedFiles(targets: targets, inputs: restored) { [$0 + ending] }
  }

  /// What follows every target's name in a restored image's; nil unless exactly one ending does.
  private static func commonEnding(of restored: ImageFolder, beyond targets: ImageFolder) -> String? {
    let names = restored.files.map { ImageFolder.stem(of: $0) }, known = Set(names.map(ByteString.init))
    let stems = targets.files.map { ImageFolder.stem(of: $0) }
    let endings = names.filter { $0.hasPrefix(stems[0]) && $0 != stems[0] }.map { String($0.dropFirst(stems[0].count)) }
    let common = endings.filter { ending in stems.allSatisfy { known.contains(ByteString($0 + ending)) } }
    return common.count == 1 ? common[0] : nil
  }
}
