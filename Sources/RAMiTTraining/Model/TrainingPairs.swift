import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels

extension TrainingDataConfiguration {
  /// Pixels of the input that are drawn around a patch but not used, so that no patch sees the edge of its image.
  private static let margin = 8

  /// Training pairs, and their files.
  struct Found {
    let pairs: any ImagePairs
    let files: DataFiles
  }

  /// Finds the photos and reads the header of each.
  /// - Parameter report: called with each image that is skipped.
  /// - Throws: `InputError` that names a folder or a file.
  func find(
    for task: RestorationTask, seed: UInt64, memory: PhotoCache, report: @escaping @Sendable (InputError) -> Void
  ) throws -> Found {
    var settings = degradations == nil ? PairSettings(task) : PairSettings(targetsFor: task)
    if convertImages { (settings.convertsImages, settings.depth) = (true, .rounded) }
    switch type {
    case .procedural:
      let side = cropSide(for: task, patch: patch) * settings.scale + 2 * Self.margin * task.scale
      return Found(pairs: ProceduralPairs(seed: seed, width: side, height: side, settings), files: .drawn)
    case .folder:
      let files = try PairedFiles.folder(path ?? "", inputs: self.inputs, for: settings)
      return try joined([files], task, settings, memory, base: path ?? "", factors: [1], report)
    case .folders:
      let members = members ?? []
      let files = try members.map { try PairedFiles.folder($0.path, inputs: $0.inputs, for: settings) }
      return try joined(
        files, task, settings, memory, base: members.map(\.path).joined(separator: ", "),
        factors: members.map(\.repeat),
        report)
    case .dataset:
      let manifest = try DatasetCatalog.manifest(name ?? "")
      let parts = try manifest.parts()
      let factors = memberRepeat ?? Array(repeating: 1, count: parts.count)
      guard factors.count == parts.count, memberRepeat == nil || !manifest.members.isEmpty else {
        let expected =
          manifest.members.isEmpty
          ? "no factors: \(manifest.name) is not a union"
          : "\(parts.count) factors, for \(manifest.members.joined(separator: ", "))"
        throw InputError("data.train.memberRepeat", expected: expected, found: "\(factors.count)")
      }
      let base = root ?? "datasets"
      let files = try parts.map { try $0.files(in: base, for: settings) }
      return try joined(files, task, settings, memory, base: base, factors: factors, report)
    }
  }

  /// The side of what is cropped from a pair for a patch, in pixels of the pair's input.
  private func cropSide(for task: RestorationTask, patch: Int) -> Int {
    degradations?.chain(for: task).cropSide(patch: patch) ?? patch
  }

  private func hinted(_ error: InputError) -> InputError {
    InputError(
      error.location, expected: error.expected,
      found: "\(error.found) (data.train.onBadImage: skip leaves out a few such images)")
  }

  /// Joins the files of several sets into one set of pairs. The first error ends the run, unless images with errors are
  /// skipped.
  private func joined(
    _ parts: [PairedFiles], _ task: RestorationTask, _ settings: PairSettings, _ memory: PhotoCache, base: String,
    factors: [Double], _ report: @escaping @Sendable (InputError) -> Void
  ) throws -> Found {
    let side = cropSide(for: task, patch: patch)
    let cache = try decoded.map { try DecodedCache($0, of: base) }
    // Which image takes the place of a damaged one must not depend on the crops that are needed.
    let reader = PhotoReader(memory: memory, decoded: cache, decodesWhole: onBadImage == .skip)
    var errors: [InputError] = []
    var members: [(pairs: PhotoPairs, repeat: Double)] = []
    for (files, factor) in zip(parts, factors) {
      // These were never images of the set, so they do not count as skipped.
      files.unread.forEach(report)
      let pairs = PhotoPairs(files, settings, reader: reader)
      let found = pairs.errors(patch: side)
      if onBadImage == .stop, let first = found.first { throw hinted(first) }
      errors += found
      let sound = found.isEmpty ? pairs : pairs.withoutErrors(patch: side)
      try cache?.check(sound.files.pairs.lazy.flatMap { [$0.target, $0.input].compactMap { $0 } })
      if sound.count != 0 { members.append((sound, factor)) }
    }
    if let last = errors.last, errors.count > maximumSkipped {
      throw tooManySkipped(last, limit: maximumSkipped, found: errors.count)
    }
    errors.forEach(report)
    guard
      members.contains(where: { DatasetManifest.samplesPerEpoch(count: $0.pairs.count ?? 0, repeat: $0.repeat) > 0 })
    else {
      throw InputError(
        base, expected: "images to train on",
        found: errors.isEmpty
          ? "members that a round has less than once" : errors.count.counted("image") + " with errors")
    }
    let isOne = members.count == 1 && members[0].repeat == 1
    let all: any ImagePairs = isOne ? members[0].pairs : UnionPairs(members.map { ($0.pairs, $0.repeat) })
    let files = DataFiles(members: members.map { DataFiles.Member(pairs: $0.pairs.files.pairs, repeat: $0.repeat) })
    guard onBadImage == .skip else { return Found(pairs: all, files: files) }
    let skipping = SkippingPairs(all, limit: maximumSkipped, before: errors.count, report: report)
    return Found(pairs: skipping, files: files)
  }
}

extension [DegradationConfiguration] {
  /// What they do to targets.
  /// - Precondition: they were checked.
  package func chain(for task: RestorationTask) -> DegradationChain {
    DegradationChain(
      map { DegradationChain.Step($0.degradation, probability: $0.probability) }, scale: task.scale)
  }
}

extension DegradationConfiguration {
  fileprivate var degradation: Degradation {
    let sigma = sigma.map { $0[0]...$0[1] } ?? 0...0
    return switch type {
    case .blur: .blur(sigma: sigma)
    case .downscale: .downscale
    case .noise: .noise(sigma: sigma, gray: gray ?? 0)
    case .jpeg: .jpeg(quality: quality.map { $0[0]...$0[1] } ?? 100...100)
    case .rain: .rain
    case .lowLight: .lowLight
    }
  }
}
