import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTTensorCore
import Synchronization
import Testing

/// Crops of coming samples are taken while their photo is decoded; the samples stay what they were.
@Suite struct CropsAheadTests {
  private func batches(
    _ pairs: any ImagePairs, memory: CropMemory?, threads: Int, noise: Bool = false
  ) throws -> [[Float]] {
    let settings = PatchSettings(patch: 4, scale: 1, noise: noise ? 0...50 : nil)
    let samples = TrainingSamples(
      PatchSampler(pairs, settings, seed: 1), samplesPerEpoch: 47, batch: 5, seed: 1, memory: memory, iterations: 60)
    let loader = BatchLoader(0..<60, threads: threads, ahead: 6) { try samples.batch(iteration: $0) }
    return try (0..<60).map { _ in
      if let memory { #expect(memory.bytes <= memory.limit) }
      let batch = try loader.next()!
      return batch.input.array + batch.target.array
    }
  }

  @Test func samplesDoNotDependOnTheMemoryOrTheThreads() throws {
    let broken: Set = [2, 3, 11]
    let union = { UnionPairs([(Photos(count: 7), 2.3), (Photos(count: 9, broken: broken), 1)]) }
    let kinds: [() -> any ImagePairs] = [
      { Photos(count: 10) },
      { SkippingPairs(Photos(count: 12, broken: broken), limit: 9) { _ in } },
      { SkippingPairs(union(), limit: 9) { _ in } },
    ]
    for pairs in kinds {
      let expected = try batches(pairs(), memory: nil, threads: 1, noise: true)
      for (bytes, threads) in [(0, 1), (300, 2), (1500, 4), (1 << 20, 1), (1 << 20, 3)] {
        let memory = CropMemory(bytes: bytes)
        #expect(try batches(pairs(), memory: memory, threads: threads, noise: true) == expected, "\(bytes) \(threads)")
        // The last batches have been taken, and no crop was taken for later ones.
        #expect(memory.bytes == 0)
      }
    }
  }

  /// Whoever makes some rows of each batch makes those of the whole batch, with crops ahead or without.
  @Test func rowsAreThoseOfTheBatch() throws {
    let settings = PatchSettings(patch: 4, scale: 1, noise: 0...50)
    func samples(_ rows: Range<Int>?, _ memory: CropMemory?, _ photos: Photos = Photos(count: 10)) -> TrainingSamples {
      TrainingSamples(
        PatchSampler(photos, settings, seed: 1), samplesPerEpoch: 47, batch: 5, seed: 1, memory: memory,
        iterations: 60, rows: rows)
    }
    let whole = samples(nil, nil)
    for rows in [0..<5, 0..<2, 2..<3, 3..<5] {
      for bytes in [0, 300, 1 << 20] {
        let memory = CropMemory(bytes: bytes), photos = Photos(count: 10)
        let samples = samples(rows, memory, photos)
        for iteration in 0..<60 {
          let batch = try samples.batch(iteration: iteration), all = try whole.batch(iteration: iteration)
          #expect(batch.input.array == all.input.slice(rows).array, "\(rows) \(bytes) \(iteration)")
          #expect(batch.target.array == all.target.slice(rows).array)
        }
        // No crop is taken for the rows of others.
        #expect(memory.bytes == 0)
        if bytes == 1 << 20 { #expect(photos.openings < 25) }
      }
    }
  }

  @Test func aPhotoIsOpenedOnceForManySamples() throws {
    let photos = Photos(count: 10)
    _ = try batches(photos, memory: nil, threads: 2)
    #expect(photos.openings == 300)
    let few = Photos(count: 10), some = Photos(count: 10)
    _ = try batches(few, memory: CropMemory(bytes: 1 << 20), threads: 2)
    #expect(few.openings < 25)
    // Room for 60 crops of 16 bytes: 114 samples share the openings of ten photos, which begin at different times.
    _ = try batches(some, memory: CropMemory(bytes: 60 * 16), threads: 2)
    #expect(some.openings < 50)
  }

  @Test func anErrorComesWithItsSample() throws {
    let pairs = Photos(count: 10, broken: [4])
    let samples = TrainingSamples(
      PatchSampler(pairs, PatchSettings(patch: 4, scale: 1), seed: 1), samplesPerEpoch: 10, batch: 1, seed: 1,
      memory: CropMemory(bytes: 1 << 20))
    for iteration in 0..<30 {
      // The plain samples tell in which iterations the broken photo comes.
      let plain = TrainingSamples(
        PatchSampler(pairs, PatchSettings(patch: 4, scale: 1), seed: 1), samplesPerEpoch: 10, batch: 1, seed: 1)
      let expected = Result { try plain.batch(iteration: iteration).input.array }.mapError { $0 as! InputError }
      let found = Result { try samples.batch(iteration: iteration).input.array }.mapError { $0 as! InputError }
      #expect(found == expected)
    }
  }

  /// Damage that is first found while crops are taken ahead counts when it is a sample's turn.
  @Test func oneBrokenPhotoTooManyEndsTheTraining() throws {
    let reported = Mutex<Set<String>>([])
    func train(limit: Int) throws {
      let pairs = SkippingPairs(Photos(count: 12, broken: [2, 3, 11]), limit: limit) { error in
        reported.withLock { _ = $0.insert(error.location) }
      }
      _ = try batches(pairs, memory: CropMemory(bytes: 1 << 20), threads: 1)
    }
    #expect(throws: InputError.self) { try train(limit: 2) }
    try train(limit: 3)
    #expect(reported.withLock { $0 } == ["2", "3", "11"])
  }

  /// Photos that do not fit into their memory leave it to crops, whole ones that do fit stay.
  @Test(arguments: [false, true]) func photosOnDiskGiveTheSameBatches(hasInputs: Bool) throws {
    let folder = try TemporaryFolder()
    for number in 0..<4 {
      try folder.write(noisy(number, width: 60 + number, height: 41), "HR/\(number).\(number == 2 ? "jpg" : "png")")
      try folder.write(noisy(9 + number, width: (60 + number) / 2, height: 20), "LR/\(number).png")
    }
    func batches(_ bytes: Int) throws -> [[Float]] {
      let memory = PhotoCache(bytes: bytes)
      let pairs = try PhotoPairs.folder(
        folder.path + "/HR", inputs: hasInputs ? folder.path + "/LR" : nil, scale: 2, channels: 3, cache: memory)
      try pairs.check(patch: 12)
      let crops = memory.makeRoomForCrops()
      #expect((crops == nil) == (bytes >= 1 << 20))
      let samples = TrainingSamples(
        PatchSampler(pairs, PatchSettings(patch: 12, scale: 2), seed: 1), samplesPerEpoch: 24, batch: 4, seed: 1,
        memory: crops)
      let result = try (0..<12).map { iteration in
        let batch = try samples.batch(iteration: iteration)
        return batch.input.array + batch.target.array
      }
      #expect((memory.bytes == 0) == (crops != nil))
      return result
    }
    let expected = try batches(1 << 20)
    for bytes in [0, 4000, 20_000] { #expect(try batches(bytes) == expected, "\(bytes)") }
  }
}

/// Random pictures of 16 x 16 pixels that count how often they are opened.
private final class Photos: ImagePairs {
  let count: Int?
  private let broken: Set<Int>
  private let opened = Mutex(0)

  init(count: Int, broken: Set<Int> = []) { (self.count, self.broken) = (count, broken) }

  var openings: Int { opened.withLock { $0 } }

  func source(_ index: Int) -> Int? { index % count! }

  func pair(_ index: Int) throws -> ImagePair {
    let number = index % count!
    opened.withLock { $0 += 1 }
    guard !broken.contains(number) else { throw InputError("\(number)", expected: "an image", found: "damage") }
    return ImagePair(name: "\(number)", input: nil, target: noisy(number, width: 16, height: 16, channels: 1))
  }

  func crops(_ index: Int, patch: Int, scale: Int, at choices: [PatchChoice]) throws -> [ImagePair] {
    let image = try pair(index).target
    return choices.map { choice in
      let (x, y) = choice(image.width - patch + 1, image.height - patch + 1)
      return ImagePair(
        name: "\(index % count!)", input: nil, target: image.cropped(x: x, y: y, width: patch, height: patch))
    }
  }
}
