import RAMiTImaging

/// Both sides of pairs in one folder, told apart by the files' names.
///
/// Names such as `high-1` and `low-1` mean light only where the task is light: `high-tide` is a photo elsewhere.
private struct NamedSides {
  let layout: FolderLayout
  let kinds: [RestorationTask.Kind]
  /// The task need not be known.
  let isUnmistakable: Bool

  static let all = [
    // A folder image_SRF_2 by itself.
    NamedSides(
      layout: FolderLayout("./*_HR", "./*_LR"), kinds: [.superResolution, .denoising], isUnmistakable: true),
    NamedSides(layout: FolderLayout("./norain-*", "./rain-*"), kinds: [.deraining], isUnmistakable: true),
    NamedSides(layout: FolderLayout("./norain-*", "rainy/rain-*"), kinds: [.deraining], isUnmistakable: true),
    NamedSides(layout: FolderLayout("./norm-*", "./rain-*"), kinds: [.deraining], isUnmistakable: false),
    NamedSides(layout: FolderLayout("./normal*", "./low*"), kinds: [.lowLight], isUnmistakable: false),
    NamedSides(layout: FolderLayout("./high*", "./low*"), kinds: [.lowLight], isUnmistakable: false),
  ]
}

extension PairedFiles {
  /// The pairs of a folder in which both sides lie; nil where no two of its files are a pair.
  ///
  /// What has neither name is left alone, such as other methods' results in the folders of SelfExSR.
  /// - Parameter kind: nil where the task is not known.
  static func inOneFolder(_ path: String, scale: Int, kind: RestorationTask.Kind?) throws -> PairedFiles? {
    for sides in NamedSides.all where kind.map(sides.kinds.contains) ?? sides.isUnmistakable {
      // Targets of super-resolution serve denoising; their inputs are smaller.
      guard let files = try sides.layout.files(in: path, scale: scale, withInputs: true), !files.pairs.isEmpty else {
        continue
      }
      return kind == .denoising ? try sides.layout.files(in: path, scale: scale, withInputs: false) : files
    }
    return scale > 1 ? scaledNames(path, scale: scale) : nil
  }

  /// `0001.png` and `0001x2.png` side by side, where every image of the folder is one of such a pair; nil otherwise.
  private static func scaledNames(_ path: String, scale: Int) -> PairedFiles? {
    guard let folder = try? ImageFolder(path, isDeep: false) else { return nil }
    let ending = "x\(scale)"
    let stems = Set(folder.files.map { ByteString(ImageFolder.stem(of: $0)) })
    let isInput = folder.files.map { file in
      let stem = ImageFolder.stem(of: file)
      return stem.hasSuffix(ending) && stems.contains(ByteString(String(stem.dropLast(ending.count))))
    }
    let inputs = zip(folder.files, isInput).filter(\.1).map(\.0)
    guard 2 * inputs.count == folder.files.count, stems.count == folder.files.count else { return nil }
    let targets = zip(folder.files, isInput).filter { !$0.1 }.map(\.0)
    let found = PairedFiles(targets: folder.holding(targets), inputs: folder.holding(inputs), scale: scale)
    return found.errors.isEmpty ? found : nil
  }
}

extension FolderLayout {
  /// The scales to look for: for denoising the targets of any scale serve.
  func scales(of settings: PairSettings) -> [Int] {
    settings.kind == .denoising && targets.contains { $0.contains("{scale}") } ? [2, 3, 4] : [settings.scale]
  }
}
