import RAMiTDatasets
import RAMiTImaging
import Testing

/// Images in another format than most are faults, or are converted where a person says so.
@Suite struct ConversionTests {
  private func pairs(_ folder: TemporaryFolder, converts: Bool, channels: Int = 3) throws -> PhotoPairs {
    var settings = PairSettings(.superResolution, scale: 2, channels: channels)
    if converts { (settings.convertsImages, settings.depth) = (true, .rounded) }
    let files = try PairedFiles.folder(folder.path, for: settings)
    return PhotoPairs(files, settings, reader: PhotoReader(memory: PhotoCache(bytes: 0)))
  }

  @Test func grayDeepAndTransparentImages() throws {
    let folder = try TemporaryFolder()
    let gray = noisy(1, width: 24, height: 20, channels: 1), deep = noisy(2, width: 24, height: 20, bits: 16)
    let clear = noisy(3, width: 24, height: 20, channels: 4)
    for (name, image) in [("a", gray), ("b", deep), ("c", clear), ("d", drawn(1)), ("e", drawn(2))] {
      try folder.write(image, name + ".png")
    }
    let refused = try pairs(folder, converts: false).errors(patch: 8).map { String($0.location.suffix(5)) }
    #expect(refused == ["a.png", "b.png"] || refused == ["/a.png", "/b.png"].map { String($0.suffix(5)) })
    let converted = try pairs(folder, converts: true)
    #expect(converted.errors(patch: 8).isEmpty)
    let targets = try (0..<3).map { try converted.pair($0).target }
    #expect(targets[0] == gray.rgb())
    guard case .uint16(let values) = deep.samples else { return }
    #expect(targets[1].samples == .uint8(values.map { UInt8((Double($0) * 255 / 65535).rounded()) }))
    #expect(targets[2] == clear.rgb() && targets[2].channels == 3)
    // Inputs are made of what was converted, and a crop is the same part.
    let pair = try converted.pair(1)
    #expect(pair.input == bicubicDownscale(pair.target, by: 2))
    let crop = try converted.crop(1, patch: 6, scale: 2) { _, _ in (2, 1) }
    #expect(crop.target == pair.target.cropped(x: 4, y: 2, width: 12, height: 12))
  }

  @Test func inksStayRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(cmykJPEG, "a.jpg")
    try folder.write(drawn(1), "b.png")
    #expect(try pairs(folder, converts: true).errors(patch: 2).map(\.expected) == ["an image in RGB"])
  }
}
