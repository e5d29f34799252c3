import RAMiTImaging
import Testing

/// Which page of a TIFF file is read, what is said of the others, and what a page says beside its pixels.
@Suite struct TIFFPageTests {
  private func page(_ width: Int, _ height: Int, level: UInt8, kind: Int? = nil) -> TIFFSource {
    var source = TIFFSource(width: width, height: height, data: [UInt8](repeating: level, count: width * height))
    if let kind { source.more[254] = (4, [kind]) }
    return source
  }

  private func read(_ file: [UInt8]) throws -> (width: Int, level: Int, notes: [String]) {
    let loaded = try ImageFile.load(file, from: "a")
    return (loaded.image.width, levels(loaded.image)[0], loaded.notes)
  }

  @Test func theFirstPageIsReadAndTheOthersNamed() throws {
    let pages = (1...3).map { page(8, 6, level: UInt8($0)) }
    #expect(try read(TIFFSource.file(Array(pages.prefix(1)))) == (8, 1, []))
    #expect(try read(TIFFSource.file(Array(pages.prefix(2)))) == (8, 1, ["another page left out"]))
    #expect(try read(TIFFSource.file(pages)) == (8, 1, ["2 other pages left out"]))
    // Of another shape, it is no larger copy.
    #expect(try read(TIFFSource.file([pages[0], page(60, 20, level: 9)])) == (8, 1, ["another page left out"]))
  }

  @Test func thumbnailsArePassedOver() throws {
    let thumbnail = page(4, 3, level: 1, kind: 1), unmarked = page(4, 3, level: 1), picture = page(41, 30, level: 2)
    for small in [thumbnail, unmarked] {
      #expect(try read(TIFFSource.file([small, picture])) == (41, 2, ["a smaller copy left out"]))
      #expect(try read(TIFFSource.file([picture, small])) == (41, 2, ["a smaller copy left out"]))
      #expect(try read(TIFFSource.file([small], parts: [picture])) == (41, 2, ["a smaller copy left out"]))
    }
    // A mask is no picture.
    #expect(try read(TIFFSource.file([page(41, 30, level: 3, kind: 4), picture])) == (41, 2, []))
    #expect(try ImageFile.read(fixture("kind_subifd.tif")) == Picture.image(channels: 3))
    let loaded = try ImageFile.load(fixture("13-tiff-pages-thumb-first.tif"))
    #expect(loaded.image.width == 48 && loaded.image.height == 36 && loaded.notes == ["a smaller copy left out"])
  }

  @Test func rawPhotosGiveTheirPreview() throws {
    var raw = page(80, 60, level: 3)
    raw.photometric = 32803
    let found = try read(
      TIFFSource.file([page(8, 6, level: 1, kind: 1)], parts: [raw, page(40, 30, level: 2, kind: 1)]))
    #expect(found.width == 40 && found.level == 2)
    #expect(found.notes.first == "its raw picture is not developed; its preview of 40 x 30 pixels is taken")
  }

  @Test func aChainThatTurnsBackEnds() throws {
    var file = TIFFSource.file([page(8, 6, level: 1), page(8, 6, level: 2)])
    // The last directory's link is followed by nothing: it points to the first one.
    let first = Array(file[4..<8])
    file.replaceSubrange(file.count - 4..<file.count, with: first)
    #expect(try read(file).level == 1)
  }

  @Test func profilesAndResolution() throws {
    var source = page(4, 3, level: 5)
    let profile = try MetadataTests.profile(isGray: source.photometric < 2)
    let packet = Array("<rdf:RDF tiff:Orientation='1'/>".utf8)
    source.more[34675] = (7, profile.map(Int.init))
    source.more[700] = (1, packet.map(Int.init))
    source.more[282] = (5, [300])
    source.more[283] = (5, [150])
    source.more[296] = (3, [3])
    let metadata = try ImageFile.load(source.file, from: "a").metadata
    #expect(metadata.iccProfile == profile)
    #expect(metadata.xmp == packet)
    #expect(metadata.density == ImageMetadata.Density(x: 300, y: 150, unit: .centimetre))
    #expect(metadata.exif == nil)
  }

  /// What tells of the photo becomes an EXIF block: a small TIFF file, in the same order of bytes.
  @Test(arguments: [false, true]) func exifBlocks(isLittle: Bool) throws {
    var source = page(4, 3, level: 5)
    source.isLittle = isLittle
    source.orientation = 1
    source.more[315] = (2, Array("an artist\0".utf8).map(Int.init))
    let file = TIFFSource.file([source])
    let exif = try #require(try ImageFile.load(file, from: "a").metadata.exif)
    var expected = ByteWriter(bytes: isLittle ? [0x49, 0x49] : [0x4d, 0x4d], isLittle: isLittle)
    expected.uint16(42)
    expected.uint32(8)
    expected.uint16(2, 274, 3)
    expected.uint32(1)
    expected.uint16(1, 0, 315, 2)
    expected.uint32(10, 38, 0)
    #expect(exif == expected.bytes + Array("an artist\0".utf8))
  }

  @Test func damageIsOneLine() {
    func found(_ source: TIFFSource) -> String { message { try ImageFile.decode(source.file, from: "a") } ?? "" }
    var short = page(40, 30, level: 7)
    short.data = [1, 2, 3]
    #expect(found(short).hasPrefix("a: expected a whole TIFF image, found "))
    var broken = TIFFSource(
      width: 40, height: 30, compression: 8, data: Array(deflated([UInt8](repeating: 9, count: 1200))))
    broken.data.removeLast(8)
    broken.data[3] ^= 0x55
    #expect(found(broken).hasPrefix("a: expected a whole TIFF image, found "))
    #expect(!found(broken).contains("\n"))
  }
}
