import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTTensorCore
import Testing

@Suite struct DecodedCacheTests {
  let folder: TemporaryFolder
  var cacheFile: String { folder.path + "/set.cache" }

  init() throws { folder = try TemporaryFolder() }

  private func set(_ scale: Int = 2) throws -> PairedFiles {
    for number in 0..<4 {
      try folder.write(noisy(number, width: 40 * scale + 1, height: 30 * scale), "photos/HR/\(number).png")
      try folder.write(noisy(9 + number, width: 40, height: 30), "photos/LR_bicubic/X\(scale)/\(number)x\(scale).png")
    }
    return try PairedFiles.folder(folder.path + "/photos", for: PairSettings(.superResolution, scale: scale))
  }

  private func paths(_ files: PairedFiles) -> [String] {
    files.pairs.flatMap { [$0.target, $0.input].compactMap { $0 } }
  }

  @Test func samplesEqualThoseOfTheFiles() throws {
    let files = try set()
    try DecodedCache.write(paths(files), of: folder.path + "/photos", to: cacheFile)
    let cache = try DecodedCache(cacheFile, of: folder.path + "/photos/../photos")
    try cache.check(paths(files))
    func samples(_ cache: DecodedCache?) throws -> [[Float]] {
      let reader = PhotoReader(memory: PhotoCache(bytes: 0), decoded: cache)
      let pairs = PhotoPairs(files, PairSettings(.superResolution, scale: 2), reader: reader)
      let sampler = PatchSampler(pairs, PatchSettings(patch: 16, scale: 2), seed: 1)
      return try (0..<12).flatMap { index in
        let sample = try sampler.sample(pair: index, epoch: 0, index: index)
        return [sample.input.array, sample.target.array]
      }
    }
    #expect(try samples(cache) == samples(nil))
  }

  @Test func theSameFilesGiveTheSameBytes() throws {
    let files = paths(try set())
    let contents = try ["one", "two"].map { name in
      let path = "\(folder.path)/\(name).cache"
      try DecodedCache.write(files, of: folder.path, to: path)
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
    #expect(contents[0] == contents[1])
    // Each process would order the keys in its own way.
    let start = try #require(contents[0].range(of: Data("[{\"".utf8)))
    let keys = String(decoding: contents[0][start.lowerBound...], as: UTF8.self).prefix { $0 != "}" }
      .matches(of: /"([A-Za-z]+)":/).map { String($0.1) }
    #expect(keys.count == 8 && keys == keys.sorted())
  }

  @Test func onlyACacheIsReplaced() throws {
    let file = try folder.write(noisy(3, width: 13, height: 7), "a.png")
    let before = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(
      folder.message { try DecodedCache.write([file], of: folder.path, to: file) }.hasSuffix(
        "a.png: expected a new file, or a cache, found a file of another kind, which is left as it is"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
    #expect(
      folder.message { try DecodedCache.write([file], of: folder.path, to: folder.path) }.hasSuffix("found a folder"))
    for _ in 0..<2 { try DecodedCache.write([file], of: folder.path, to: cacheFile) }
    #expect(try DecodedCache(cacheFile, of: folder.path).region(of: file, x: 0, y: 0, width: 13, height: 7).width == 13)
  }

  @Test(arguments: [(1, 8), (2, 16), (3, 16), (4, 8)]) func everyFormatComesBack(channels: Int, bits: Int) throws {
    let image = noisy(3, width: 13, height: 7, channels: channels, bits: bits)
    let file = try folder.write(image, "a.png")
    try DecodedCache.write([file], of: folder.path, to: cacheFile)
    let cache = try DecodedCache(cacheFile, of: folder.path)
    #expect(try cache.region(of: file, x: 0, y: 0, width: 13, height: 7) == image)
    let part = try cache.region(of: file, x: 2, y: 3, width: 5, height: 4)
    #expect(part == image.cropped(x: 2, y: 3, width: 5, height: 4))
    for (x, width) in [(0, 14), (13, 1), (-1, 3), (1, 0), (1, Int.max)] {
      #expect(throws: InputError.self) { try cache.region(of: file, x: x, y: 0, width: width, height: 2) }
    }
  }

  @Test func changedMissingAndNewSourcesAreNoticed() throws {
    let files = try set()
    try DecodedCache.write(paths(files), of: folder.path, to: cacheFile)
    let cache = try DecodedCache(cacheFile, of: folder.path)
    try cache.check(paths(files))
    let changed = files.pairs[2].target
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 5)], ofItemAtPath: changed)
    #expect(folder.message { try cache.check(paths(files)) }.hasSuffix("found /photos/HR/2.png has changed since"))
    let new = try folder.write(drawn(1), "photos/HR/new.png")
    #expect(folder.message { try cache.check([new]) }.hasSuffix("found no /photos/HR/new.png in it"))
    try FileManager.default.removeItem(atPath: changed)
    #expect(folder.message { try cache.check([changed]) } == "/photos/HR/2.png: expected an image, found no such file")
  }

  @Test func aSourceThatCannotBeDecodedLeavesNothingBehind() throws {
    var files = paths(try set())
    files.append(try folder.write(Array("text".utf8), "photos/HR/z.png"))
    #expect(
      folder.message { try DecodedCache.write(files, of: folder.path, to: cacheFile) }.hasPrefix("/photos/HR/z.png:"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["photos"])
    #expect(folder.message { try DecodedCache.write([], of: folder.path, to: "/nowhere/x") }.hasPrefix("/nowhere/x:"))
  }

  /// A cache that was cut or changed is refused, or gives an error where it is read; nothing crashes.
  @Test func damageIsRefused() throws {
    let file = try folder.write(noisy(1, width: 9, height: 6), "a.png")
    try DecodedCache.write([file], of: folder.path, to: cacheFile)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: cacheFile)))
    func opens(_ bytes: [UInt8]) throws -> Bool {
      try folder.write(bytes, "damaged")
      do {
        let cache = try DecodedCache(folder.path + "/damaged", of: folder.path)
        _ = try cache.region(of: file, x: 0, y: 0, width: 9, height: 6)
        return true
      } catch is InputError {
        return false
      }
    }
    #expect(try opens(whole))
    for length in 0..<whole.count { #expect(try !opens(Array(whole.prefix(length))), "cut to \(length)") }
    let pixels = 32..<32 + 9 * 6 * 3
    for place in whole.indices where !pixels.contains(place) && !(28..<32 ~= place) {
      for bit in [0, 3, 7] {
        var bytes = whole
        bytes[place] ^= 1 << bit
        #expect(try !opens(bytes), "bit \(bit) of byte \(place)")
      }
    }
  }

  /// A cache whose index says what it wants, with a checksum that is right.
  private func forged(_ fields: String) throws -> Bool {
    let index = Array("[{\"file\":\"a\",\"sourceBytes\":0,\"sourceModified\":0,\(fields)}]".utf8)
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let checksum = index.withUnsafeBytes { Int(CRC32.checksum($0)) }
    let header = Array("RAMiTDC1".utf8) + little(44, 8) + little(index.count, 8) + little(checksum, 4) + little(0, 4)
    try folder.write(header + Array(repeating: 7, count: 12) + index, "forged")
    do {
      _ = try DecodedCache(folder.path + "/forged", of: folder.path)
      return true
    } catch is InputError {
      return false
    }
  }

  @Test func impossibleIndexesAreRefused() throws {
    #expect(try forged("\"width\":2,\"height\":2,\"channels\":3,\"bits\":8,\"offset\":32"))
    for (width, height, channels, bits, offset) in [
      (2, 3, 3, 8, 32), (0, 2, 3, 8, 32), (-1, 2, 3, 8, 32), (.max, .max, 3, 8, 32), (2, 2, 5, 8, 32), (2, 2, 3, 7, 32),
      (2, 2, 3, 8, 31), (2, 2, 3, 8, .max), (2, 2, 3, 8, .min), (1 << 24, 1 << 24, 4, 16, 32), (2, 2, 3, 16, 32),
    ] {
      let fields =
        "\"width\":\(width),\"height\":\(height),\"channels\":\(channels),\"bits\":\(bits),\"offset\":\(offset)"
      #expect(try !forged(fields), "\(fields)")
    }
    #expect(
      try !forged("\"width\":2") && !forged("\"width\":1e99,\"height\":2,\"channels\":3,\"bits\":8,\"offset\":32"))
  }
}
