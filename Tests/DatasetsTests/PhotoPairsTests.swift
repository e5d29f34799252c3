import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import Testing

@Suite struct PhotoPairsTests {
  let folder: TemporaryFolder
  let cache = PhotoCache(bytes: 1 << 20)

  init() throws { folder = try TemporaryFolder() }

  private func message(_ body: () throws -> Void) -> String { folder.message(body) }

  @Test func findsPhotosInFoldersOfFolders() throws {
    for (number, name) in ["b.png", "sub/a.png", "sub/deep/c.png", ".hidden/d.png", "._e.png"].enumerated() {
      try folder.write(drawn(number), name)
    }
    try Data("notes".utf8).write(to: URL(fileURLWithPath: folder.path + "/Thumbs.db"))
    let pairs = try PhotoPairs.folder(folder.path, scale: 2, channels: 3, cache: cache)
    #expect(pairs.count == 3)
    #expect(try (0..<3).map { try pairs.pair($0).name } == ["b", "sub/a", "sub/deep/c"])
    #expect(try pairs.pair(4).name == "sub/a")
  }

  @Test func inputsAreTheBicubicDownscaling() throws {
    try folder.write(drawn(0, width: 51, height: 40), "a.png")
    let pair = try PhotoPairs.folder(folder.path, scale: 3, channels: 3, cache: cache).pair(0)
    #expect(pair.target == drawn(0, width: 51, height: 40))
    #expect(pair.input == bicubicDownscale(pair.target, by: 3))
    #expect(pair.input?.width == 17 && pair.input?.height == 13)
  }

  @Test func grayTasksReadGray() throws {
    try folder.write(drawn(0), "a.png")
    let pair = try PhotoPairs.folder(folder.path, scale: 1, channels: 1, cache: cache).pair(0)
    #expect(pair.target == drawn(0).grayscale() && pair.input == nil)
  }

  @Test func aPublishedSetIsPairedByName() throws {
    for number in 1...3 {
      try folder.write(drawn(number), "DIV2K_train_HR/000\(number).png")
      try folder.write(drawn(number, width: 32, height: 24), "DIV2K_train_LR_bicubic/X2/000\(number)x2.png")
    }
    let settings = PairSettings(.superResolution, scale: 2)
    let files = try DatasetCatalog.manifest("div2k").files(in: folder.path, for: settings)
    #expect(files.errors.isEmpty)
    let pairs = PhotoPairs(files, settings, reader: PhotoReader(memory: cache))
    try pairs.check(patch: 16)
    for number in 1...3 {
      let pair = try pairs.pair(number - 1)
      #expect(pair.target == drawn(number) && pair.input == drawn(number, width: 32, height: 24))
    }
  }

  @Test func testSetsAreFoundInTheirLayouts() throws {
    try folder.write(drawn(1), "sr/HR/a.png")
    try folder.write(drawn(1, width: 32, height: 24), "sr/LR_bicubic/X2/ax2.png")
    try folder.write(drawn(2), "dr/HQ/a.png")
    try folder.write(drawn(3), "dr/LQ/a.png")
    try folder.write(drawn(4), "plain/a.png")
    func pair(_ name: String, _ scale: Int) throws -> ImagePair {
      try PhotoPairs.testSet(folder.path + "/" + name, scale: scale, channels: 3, cache: cache).pair(0)
    }
    #expect(try pair("sr", 2).input == drawn(1, width: 32, height: 24))
    #expect(try pair("dr", 1).input == drawn(3))
    #expect(try pair("dr", 1).target == drawn(2))
    #expect(try pair("plain", 2).input == bicubicDownscale(drawn(4), by: 2))
    #expect(try pair("plain", 1).input == nil)
  }

  @Test func unpairedFilesAreNamed() throws {
    for name in ["HQ/a.png", "HQ/b.png", "LQ/a.png", "LQ/b.png"] { try folder.write(drawn(0), name) }
    func open() throws {
      _ = try PhotoPairs.folder(
        folder.path + "/HQ", inputs: folder.path + "/LQ", scale: 1, channels: 3, cache: cache)
    }
    #expect(message(open) == "no error")
    try folder.write(drawn(0), "LQ/c.png")
    #expect(message(open) == "/LQ/c.png: expected a target of its name in /HQ, found 2 images of other names")
    try folder.write(drawn(0), "HQ/c.png")
    try folder.write(drawn(0), "HQ/d.png")
    #expect(message(open) == "/HQ/d.png: expected an input named d in /LQ, found 3 images of other names")
    try folder.write(drawn(0), "HQ/a.jpg")
    #expect(message(open).contains("one image of a name"))
  }

  @Test func smallUndecodableAndMismatchedFilesAreNamed() throws {
    try folder.write(drawn(0), "HQ/a.png")
    try folder.write(drawn(0, width: 64, height: 20), "HQ/b.png")
    let photos = try PhotoPairs.folder(folder.path + "/HQ", scale: 2, channels: 3, cache: cache)
    #expect(message { try photos.check(patch: 10) } == "no error")
    #expect(
      message { try photos.check(patch: 11) }.hasPrefix("/HQ/b.png: expected an image of at least 22 x 22 pixels"))

    try Data("not an image".utf8).write(to: URL(fileURLWithPath: folder.path + "/HQ/b.png"))
    #expect(message { try photos.check(patch: 10) }.hasPrefix("/HQ/b.png: "))
    #expect(message { _ = try photos.pair(1) }.hasPrefix("/HQ/b.png: "))

    try folder.write(drawn(0, width: 33, height: 24), "LQ/a.png")
    try FileManager.default.removeItem(atPath: folder.path + "/HQ/b.png")
    let pairs = try PhotoPairs.folder(
      folder.path + "/HQ", inputs: folder.path + "/LQ", scale: 2, channels: 3, cache: cache)
    #expect(message { try pairs.check(patch: 8) }.hasPrefix("/LQ/a.png: expected 32 x 24 pixels"))
    #expect(message { _ = try pairs.pair(0) }.hasPrefix("/LQ/a.png: expected 32 x 24 pixels"))
  }

  @Test func missingAndEmptyFoldersAreNamed() throws {
    #expect(
      message { _ = try PhotoPairs.folder("nowhere", scale: 2, channels: 3, cache: cache) }
        == "nowhere: expected a folder of images, found no such folder")
    #expect(
      message { _ = try PhotoPairs.folder(folder.path, scale: 2, channels: 3, cache: cache) }.hasSuffix(
        "found an empty folder"))
  }

  @Test func theCacheStaysWithinItsBudget() throws {
    for number in 0..<4 { try folder.write(drawn(number), "\(number).png") }
    let size = 64 * 48 * 3
    let small = PhotoCache(bytes: 2 * size + size / 4)
    let pairs = try PhotoPairs.folder(folder.path, scale: 2, channels: 3, cache: small)
    for number in 0..<8 { #expect(try pairs.pair(number).target == drawn(number % 4)) }
    #expect(small.bytes == 2 * size + size / 4)
  }

  /// What a run's memory is estimated by.
  @Test func theHeadersTellWhatDecodedPhotosWillTake() throws {
    for number in 0..<3 { try folder.write(drawn(number), "\(number).png") }
    let large = PhotoCache(bytes: 1 << 20), small = PhotoCache(bytes: 10_000)
    for cache in [large, small] {
      let pairs = try PhotoPairs.folder(folder.path, scale: 2, channels: 3, cache: cache)
      for _ in 0..<2 { try pairs.check(patch: 8) }
    }
    #expect(large.expectedBytes == 3 * 64 * 48 * 3 && large.bytes == 0)
    #expect(small.expectedBytes == 10_000)
  }
}
