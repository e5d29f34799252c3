import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModels
import RAMiTTensorCore

/// Images that a model is scored on: of a folder in any layout in which people keep their sets, of a published set, or
/// drawn.
///
/// `ramit evaluate` and the validation of a training find and score them alike.
public struct TestSet: Sendable {
  /// Where a model's input comes from.
  package enum Inputs: Equatable, Sendable {
    /// Files beside the targets.
    case files
    /// MATLAB-compatible bicubic downscaling of the targets.
    case bicubic
    /// Gaussian noise on the targets.
    case noise
    /// Drawn together with the targets.
    case drawn
    /// Made from the targets by degradations.
    case degraded
  }

  /// What reports call the set: the folder's name, or the published one.
  public let name: String
  /// It decides how files are paired and how images are scored.
  public let task: RestorationTask
  /// How images are compared, and which noise is added; the paper's protocol unless set.
  public var scoring = EvaluationProtocol.paper
  package let inputs: Inputs
  /// Images that cannot be scored because of their names: a target without its input, an input without its target.
  public let errors: [InputError]
  /// The inputs beside the targets that denoising leaves alone, as it makes its own; nil for none.
  public let unusedInputs: String?
  /// How many images the published set has; nil for any other.
  public let publishedCount: Int?
  let pairs: any ImagePairs
  /// The pairs' files; nil where they are drawn.
  package let files: PairedFiles?
  /// Images to score.
  public let count: Int

  /// A folder: targets and inputs side by side in it (`HR` with `LR_bicubic/X2`, `GTmod12` with `LRbicx2`, `high` with
  /// `low`, and the like) or in one folder (`norain-1` and `rain-1`), the tree of a published set (`eval15/high`), or
  /// photos whose inputs are made.
  /// - Parameters:
  ///   - inputs: a folder of inputs elsewhere, paired with the targets by name; nil looks for them in `path`.
  ///   - degradations: make the inputs from the targets, in place of the task's own way; alike each time.
  ///   - cache: holds decoded images; by default none.
  ///   - count: how many images, from the first; nil for all.
  /// - Throws: `InputError` that names the folder.
  public init(
    _ path: String, inputs: String? = nil, task: RestorationTask, degradations: DegradationChain? = nil,
    cache: PhotoCache = PhotoCache(bytes: 0), count: Int? = nil
  ) throws {
    guard inputs == nil || !task.isDenoising else {
      throw InputError(inputs ?? "", expected: "no folder of inputs for \(task), whose inputs are made", found: "one")
    }
    let found = try Self.find(path, inputs: inputs, task, task.scoredPairs(degradations))
    self.init(
      found.files, name: found.manifest?.name ?? URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent, task,
      degradations, cache, count, unusedInputs: task.isDenoising ? try PairedFiles.unusedInputs(in: path) : nil,
      publishedCount: found.manifest?.count)
  }

  /// The files of a folder, and the published set whose tree it is, if it is one's.
  private static func find(
    _ path: String, inputs: String?, _ task: RestorationTask, _ settings: PairSettings
  ) throws -> (files: PairedFiles, manifest: DatasetManifest?) {
    let published = try inputs == nil ? DatasetCatalog.testSets(in: path, for: settings) : []
    if published.count == 1 { return (published[0].files, published[0].manifest) }
    do {
      return (try PairedFiles.folder(path, inputs: inputs, for: settings), nil)
    } catch {
      guard !published.isEmpty else { throw error }
      let names = published.map(\.manifest.name).joined(separator: " and ")
      throw InputError(
        path, expected: "one test set", found: "\(names): give such a name, and this folder as the root")
    }
  }

  /// A published set, by its name or its manifest's file, in the tree in which it is distributed.
  /// - Parameters:
  ///   - root: the folder in which such sets lie.
  ///   - degradations: make the inputs from the targets, in place of the task's own way; alike each time.
  /// - Throws: `InputError` that says where to get the set and what tree is expected.
  public init(
    dataset name: String, root: String, task: RestorationTask, degradations: DegradationChain? = nil,
    cache: PhotoCache = PhotoCache(bytes: 0), count: Int? = nil
  ) throws {
    let manifest = try DatasetCatalog.manifest(name)
    guard manifest.members.isEmpty else {
      throw InputError(name, expected: "one data set", found: "\(manifest.name), a union")
    }
    let files = try manifest.files(in: root, for: task.scoredPairs(degradations))
    self.init(
      files, name: manifest.name, task, degradations, cache, count, unusedInputs: nil, publishedCount: manifest.count)
  }

  private init(
    _ files: PairedFiles, name: String, _ task: RestorationTask, _ degradations: DegradationChain?,
    _ cache: PhotoCache, _ count: Int?, unusedInputs: String?, publishedCount: Int?
  ) {
    let photos = PhotoPairs(files, task.scoredPairs(degradations), reader: PhotoReader(memory: cache))
    self.name = name
    self.task = task
    self.unusedInputs = unusedInputs
    self.publishedCount = publishedCount
    self.files = files
    errors = files.errors + files.unread
    if let degradations {
      pairs = DegradedPairs(photos, degradations, seed: Self.degradationSeed)
      inputs = .degraded
    } else {
      pairs = photos
      inputs = task.isDenoising ? .noise : photos.origin == .file ? .files : .bicubic
    }
    self.count = min(files.pairs.count, count ?? .max)
  }

  /// Images that are drawn.
  /// - Parameters:
  ///   - side: of the inputs, in pixels.
  ///   - seed: names the images.
  public init(drawn count: Int, side: Int, seed: UInt64, task: RestorationTask) {
    pairs = ProceduralPairs(
      seed: seed, width: side * task.scale, height: side * task.scale, PairSettings(task), count: count)
    name = "drawn images"
    self.task = task
    (errors, files, unusedInputs, publishedCount) = ([], nil, nil, nil)
    inputs = task.isDenoising ? .noise : .drawn
    self.count = count
  }

  /// Equal sets have equal inputs.
  private static let degradationSeed: UInt64 = 0x6465_6772_6164_6564

  /// Finds images that cannot be scored before any is: missing partners, sizes that do not fit.
  /// - Throws: `InputError` for the first.
  public func check() throws {
    if let error = files?.errors.first { throw error }
    let least = scoring.smallestInput(for: task)
    try (pairs as? PhotoPairs)?.check(patch: least)
    try ((pairs as? DegradedPairs)?.targets as? PhotoPairs)?.check(patch: least * task.scale)
  }

  /// A target's path in its folder, without its ending.
  public func imageName(_ index: Int) -> String { files?.pairs[index].name ?? ProceduralPairs.name(index) }

  /// Where an image comes from, for messages.
  public func location(_ index: Int) -> String { files?.pairs[index].target ?? imageName(index) }

  /// Reads an image: what the model gets, and what it should become.
  /// - Parameter sigma: the noise's standard deviation, of 255 (denoising).
  /// - Throws: `InputError` that names the file.
  public func image(_ index: Int, sigma: Double?) throws -> TestImage {
    let pair = try pairs.pair(index)
    let target = pair.target
    let size = pair.input.map { ($0.width, $0.height) } ?? (target.width, target.height)
    try checkSize(min(size.0, target.width / task.scale), min(size.1, target.height / task.scale), location(index))
    guard let input = pair.input else {
      return TestImage(input: scoring.noise.added(to: target.tensor(), sigma: sigma ?? 0), target: target)
    }
    let cropped = target.cropped(
      x: 0, y: 0, width: min(target.width, input.width * task.scale),
      height: min(target.height, input.height * task.scale))
    return TestImage(input: input.tensor(), target: cropped)
  }

  private func checkSize(_ width: Int, _ height: Int, _ file: String) throws {
    let least = scoring.smallestInput(for: task)
    guard min(width, height) >= least else {
      throw InputError(
        file, expected: "at least \(least * task.scale) pixels a side, for SSIM's window inside the border",
        found: "about \(width * task.scale) x \(height * task.scale)")
    }
  }
}

/// What the model gets, and what it should become.
public struct TestImage {
  /// H x W x C in [0, 1]; noise may lie outside.
  public let input: Tensor
  /// 8 bits deep.
  public let target: Image
}

extension RestorationTask {
  /// The pairs as they are scored: RGB or gray, without alpha, 8 bits deep.
  fileprivate func scoredPairs(_ degradations: DegradationChain?) -> PairSettings {
    var settings = degradations == nil ? PairSettings(self) : PairSettings(targetsFor: self)
    settings.depth = .upperBits
    return settings
  }
}
