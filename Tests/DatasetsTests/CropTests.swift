import RAMiTDatasets
import RAMiTImaging
import Testing

@Suite struct CropTests {
  /// The input of a crop is that part of the whole photo's downscaling, also at the edges and where the scale does not
  /// divide the photo.
  @Test(arguments: [(2, 3), (3, 3), (4, 3), (3, 1), (2, 1)]) func aCropsInputIsPartOfTheWhole(scale: Int, channels: Int)
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write(noisy(1, width: 30 * scale + scale - 1, height: 24 * scale + 1), "a.png")
    let settings = PairSettings(.superResolution, scale: scale, channels: channels)
    let files = try PairedFiles.folder(folder.path, for: settings)
    let pairs = PhotoPairs(files, settings, reader: PhotoReader(memory: PhotoCache(bytes: 1 << 20)))
    let whole = try pairs.pair(0)
    for (x, y) in [(0, 0), (1, 2), (2, 3), (9, 7), (19, 13), (20, 14), (17, 14), (20, 0)] {
      let crop = try pairs.crop(0, patch: 10, scale: scale) { columns, rows in
        #expect(columns == 21 && rows == 15)
        return (x, y)
      }
      #expect(crop.input == whole.input?.cropped(x: x, y: y, width: 10, height: 10), "at \(x), \(y)")
      #expect(
        crop.target == whole.target.cropped(x: x * scale, y: y * scale, width: 10 * scale, height: 10 * scale))
    }
    #expect(
      folder.message { _ = try pairs.crop(0, patch: 25, scale: scale) { _, _ in (0, 0) } }.hasPrefix(
        "/a.png: expected an image of at least \(25 * scale) x \(25 * scale) pixels"))
  }

  @Test func membersOfAUnionComeAsOftenAsTheirFactorsSay() throws {
    let first = Numbered(count: 4, start: 0), second = Numbered(count: 3, start: 100)
    let union = UnionPairs([(first, 2), (second, 0.5), (first, 0.01)])
    #expect(union.count == 9)
    func names(_ range: Range<Int>) throws -> [String] { try range.map { try union.pair($0).name } }
    #expect(try names(0..<9) == ["0", "1", "2", "3", "0", "1", "2", "3", "100"])
    // A share that is not whole goes on in the next round.
    #expect(try (0..<6).map { try union.pair(9 * $0 + 8).name } == ["100", "101", "102", "100", "101", "102"])
  }

  @Test func repeatFactorsGiveEachImageAlmostEquallyOften() {
    #expect(DatasetManifest.samplesPerEpoch(count: 10, repeat: 0.3) == 3)
    #expect(DatasetManifest.samplesPerEpoch(count: 100, repeat: 0.29) == 29)
    #expect(DatasetManifest.samplesPerEpoch(count: 3450, repeat: 18.551) == 64_000)
  }
}

/// Pairs that bear numbers.
struct Numbered: ImagePairs {
  let count: Int?
  let start: Int

  init(count: Int, start: Int) { (self.count, self.start) = (count, start) }

  func pair(_ index: Int) -> ImagePair {
    let number = start + index % count!
    let image = Image(width: 8, height: 8, channels: 1, samples: .uint8(Array(repeating: UInt8(number), count: 64)))
    return ImagePair(name: "\(number)", input: nil, target: image)
  }
}
