import Datasets
import Diagnostics
import Models

extension RestorationTask {
  /// The pairs that the task learns from.
  public var pairSettings: PairSettings {
    switch self {
    case .x2, .x3, .x4: PairSettings(.superResolution, scale: scale, channels: channels)
    case .dn, .graydn: PairSettings(.denoising, channels: channels)
    case .lle: PairSettings(.lowLight, channels: channels)
    case .dr: PairSettings(.deraining, channels: channels)
    }
  }
}

extension TrainingDataConfiguration {
  /// Input pixels around a patch that are drawn and not used, so that no patch sees the edge of its image.
  private static let margin = 8

  /// Finds the photos and reads the header of each.
  /// - Parameter report: is told of each image that is skipped.
  /// - Throws: `InputError` that names a folder or a file.
  func pairs(
    for task: RestorationTask, seed: UInt64, memory: PhotoCache, report: @escaping @Sendable (InputError) -> Void
  ) throws -> any ImagePairs {
    let settings = task.pairSettings
    switch type {
    case .procedural:
      let side = (patch + 2 * Self.margin) * task.scale
      return ProceduralPairs(seed: seed, width: side, height: side, settings)
    case .folder:
      let files = try PairedFiles.folder(path ?? "", inputs: lowQuality, for: settings)
      return try joined([files], settings, memory, base: path ?? "", factors: [1], report)
    case .dataset:
      let manifest = try DatasetCatalog.manifest(name ?? "")
      let parts = try manifest.parts()
      let factors = memberRepeat ?? Array(repeating: 1, count: parts.count)
      guard factors.count == parts.count, memberRepeat == nil || !manifest.members.isEmpty else {
        let expected =
          manifest.members.isEmpty
          ? "none: \(manifest.name) is no union"
          : "\(parts.count) factors, for \(manifest.members.joined(separator: ", "))"
        throw InputError("data.train.memberRepeat", expected: expected, found: "\(factors.count)")
      }
      let base = root ?? "datasets"
      let files = try parts.map { try $0.files(in: base, for: settings) }
      return try joined(files, settings, memory, base: base, factors: factors, report)
    }
  }

  private func hinted(_ fault: InputError) -> InputError {
    InputError(
      fault.location, expected: fault.expected,
      found: "\(fault.found) (data.train.onBadImage: skip goes on without a few such images)")
  }

  /// One set of pairs out of the files of several, without those that have faults or, unless told to skip them, only when
  /// there are none.
  private func joined(
    _ parts: [PairedFiles], _ settings: PairSettings, _ memory: PhotoCache, base: String, factors: [Double],
    _ report: @escaping @Sendable (InputError) -> Void
  ) throws -> any ImagePairs {
    let cache = try decoded.map { try DecodedCache($0, of: base) }
    let reader = PhotoReader(memory: memory, decoded: cache)
    var faults: [InputError] = []
    var members: [(pairs: any ImagePairs, repeat: Double)] = []
    for (files, factor) in zip(parts, factors) {
      let pairs = PhotoPairs(files, settings, reader: reader)
      let found = pairs.faults(patch: patch)
      if onBadImage == .stop, let first = found.first { throw hinted(first) }
      faults += found
      let sound = found.isEmpty ? pairs : pairs.withoutFaults(patch: patch)
      try cache?.check(sound.files.pairs.lazy.flatMap { [$0.target, $0.input].compactMap { $0 } })
      if sound.count != 0 { members.append((sound, factor)) }
    }
    if let last = faults.last, faults.count > maximumSkipped {
      throw tooManySkipped(last, limit: maximumSkipped, found: faults.count)
    }
    faults.forEach(report)
    guard
      members.contains(where: { DatasetManifest.samplesPerEpoch(count: $0.pairs.count ?? 0, repeat: $0.repeat) > 0 })
    else { throw InputError(base, expected: "images to train on", found: "none") }
    let all: any ImagePairs = members.count == 1 && members[0].repeat == 1 ? members[0].pairs : UnionPairs(members)
    guard onBadImage == .skip else { return all }
    return SkippingPairs(all, limit: maximumSkipped, before: faults.count, report: report)
  }
}
