import RAMiTImaging
import RAMiTTensorCore

/// Targets with inputs that are made from the whole of them, alike each time.
package struct DegradedPairs: ImagePairs {
  package let targets: any ImagePairs
  private let chain: DegradationChain
  private let seed: UInt64

  /// - Parameter seed: with an image's number it decides all random choices.
  package init(_ targets: any ImagePairs, _ chain: DegradationChain, seed: UInt64) {
    self.targets = targets
    self.chain = chain
    self.seed = seed
  }

  package var count: Int? { targets.count }

  package func pair(_ index: Int) throws -> ImagePair {
    let number = count.map { index % $0 } ?? index
    let target = try targets.pair(number)
    guard min(target.target.width, target.target.height) >= chain.scale else {
      throw tooSmall(
        target.name, target.target.width / chain.scale, target.target.height / chain.scale, patch: 1,
        scale: chain.scale)
    }
    let input = try chain.input(of: target.target) { step, purpose in
      RandomNumbers(seed: seed, UInt64(number), step, purpose)
    }
    return ImagePair(name: target.name, input: input, target: target.target)
  }
}

extension DegradedPairs {
  /// Writes the pairs of a folder of photos as PNG, on all threads: `HR` and `LR_bicubic/X2`, or `HQ` and `LQ`.
  /// - Parameters:
  ///   - channels: 3 for RGB, 1 for gray; photos are converted.
  ///   - seed: with an image's number it decides all random choices.
  ///   - overwrites: whether files of another content that are there are replaced; photos never are.
  /// - Returns: how many.
  /// - Throws: `InputError` that names a file.
  package static func write(
    photosOf folder: String, _ chain: DegradationChain, channels: Int, seed: UInt64, to output: String,
    overwrites: Bool = false, progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws -> Int {
    let photos = try ImageFolder(folder, excluding: output)
    var files = PairedFiles(photos: photos)
    // The files that are made are named by the stems.
    _ = files.index(photos)
    if let error = files.errors.first { throw error }
    var settings = PairSettings(.denoising, channels: channels)
    settings.depth = .rounded
    let targets = PhotoPairs(files, settings, reader: PhotoReader(memory: PhotoCache(bytes: 0)))
    let pairs = DegradedPairs(targets, chain, seed: seed)
    let count = files.pairs.count
    let set = PreparedSet(output, overwrites: overwrites, of: files.pairs.map(\.target))
    try writeOnAllThreads(count, progress: progress) { index in
      let pair = try pairs.pair(index)
      try set.write(
        target: pair.target, input: pair.input ?? pair.target, scale: chain.scale, named: pair.name)
    }
    return count
  }
}
