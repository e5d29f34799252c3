import RAMiTDiagnostics
import RAMiTImaging
import RAMiTParallel
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
  /// - Returns: how many.
  /// - Throws: `InputError` that names a file.
  package static func write(
    photosOf folder: String, _ chain: DegradationChain, channels: Int, seed: UInt64, to output: String,
    progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
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
    for start in stride(from: 0, to: count, by: 16) {
      let part = Array(start..<min(start + 16, count))
      let results = parallelMap(part) { index in
        Result { try write(pairs.pair(index), scale: chain.scale, to: output) }
      }
      for result in results { try result.get() }
      progress(start + part.count, count)
    }
    return count
  }

  private static func write(_ pair: ImagePair, scale: Int, to output: String) throws {
    let name = pair.name
    let (target, input) =
      scale > 1 ? ("HR/\(name)", "LR_bicubic/X\(scale)/\(name)x\(scale)") : ("HQ/\(name)", "LQ/\(name)")
    try writePNG(pair.target, to: "\(output)/\(target).png")
    try writePNG(pair.input ?? pair.target, to: "\(output)/\(input).png")
  }
}
