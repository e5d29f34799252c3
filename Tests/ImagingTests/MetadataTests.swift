import Foundation
import RAMiTDiagnostics
import RAMiTTestSupport
import Testing

@testable import RAMiTImaging

/// What a file says beside its pixels comes through into files of either kind.
@Suite struct MetadataTests {
  /// A small profile of display P3's colours.
  static func profile(isGray: Bool = false) throws -> [UInt8] {
    var colors = ImageMetadata.ColorSpace()
    colors.gamma = 55_000
    colors.chromaticities = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000]
    return try #require(try ICCProfile.built(from: colors, isGray: isGray))
  }

  /// A block as cameras write it: date, author, size, position, a maker note and a thumbnail.
  static func exif(orientation: Int) -> [UInt8] {
    typealias Entry = EXIFBlock.Entry
    var block = EXIFBlock.encoded(
      [
        Entry(tag: 271, text: "Camera"), Entry(tag: 274, shorts: [orientation]),
        Entry(tag: 282, numerator: 300, denominator: 1), Entry(tag: 283, numerator: 300, denominator: 1),
        Entry(tag: 296, shorts: [2]), Entry(tag: 315, text: "Ann Example"),
      ],
      camera: [
        Entry(tag: 36867, text: "2021:05:06 07:08:09"),
        Entry(tag: 37500, type: 7, count: 6, bytes: [1, 2, 3, 4, 5, 6]),
        Entry(tag: 40962, shorts: [21]), Entry(tag: 40963, shorts: [18]),
      ],
      position: [Entry(tag: 1, text: "N")])
    // The first directory has 8 entries; its link to the next is at 8 + 2 + 96.
    let thumbnail: [UInt8] = [0xff, 0xd8, 0xab, 0xcd, 0xff, 0xd9]
    var second = ByteWriter()
    second.uint16(2, 513, 4)
    second.uint32(1, block.count + 30)
    second.uint16(514, 4)
    second.uint32(1, thumbnail.count, 0)
    var link = ByteWriter()
    link.uint32(block.count)
    block.replaceSubrange(106..<110, with: link.bytes)
    return block + second.bytes + thumbnail
  }

  static func xmp(orientation: Int) -> [UInt8] {
    Array(
      """
      <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="\(orientation)"
       exif:PixelXDimension = '21'><exif:PixelYDimension>18</exif:PixelYDimension><dc:creator>Ann</dc:creator>
      </rdf:Description></rdf:RDF></x:xmpmeta>
      """.utf8)
  }

  @Test(arguments: ["png", "jpg"], [1, 3]) func everythingComesBack(ending: String, channels: Int) throws {
    var metadata = ImageMetadata()
    metadata.iccProfile = try Self.profile(isGray: channels == 1)
    metadata.exif = Self.exif(orientation: 6)
    metadata.xmp = Self.xmp(orientation: 6)
    metadata.density = .init(x: 300, y: 300, unit: .inch)
    metadata.text = [.init(keyword: "Comment", value: "Überall")]
    let image = drawn(width: 70, height: 40, channels: channels) { x, y, c in (x * 3 + y + c) % 256 }
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.\(ending)"
      #expect(try ImageFile.write(image, metadata: metadata, to: path) == [])
      let read = try ImageFile.load(path)
      #expect(read.notes == [] && read.image.width == 70 && read.image.height == 40)
      #expect(read.metadata.iccProfile == metadata.iccProfile && read.metadata.text == metadata.text)
      let density = try #require(read.metadata.density?.per(inches: 1))
      #expect(abs(density.x - 300) < 0.01 && abs(density.y - 300) < 0.01)
      let exif = try #require(read.metadata.exif)
      #expect(EXIFBlock(exif)?.orientation == .identity)
      let xmp = String(decoding: try #require(read.metadata.xmp), as: UTF8.self)
      #expect(xmp.contains("tiff:Orientation=\"1\"") && xmp.contains("exif:PixelXDimension = '70'"))
      #expect(xmp.contains("<exif:PixelYDimension>40</exif:PixelYDimension><dc:creator>Ann</dc:creator>"))
      // What has been made to fit is written as it is.
      try ImageFile.write(image, metadata: read.metadata, to: path)
      #expect(try ImageFile.load(path).metadata == read.metadata)
    }
  }

  /// Only what the restoration changes is changed: everything else keeps its bytes and its place.
  @Test func exifIsEditedInPlace() throws {
    let stored = Self.exif(orientation: 6)
    var block = try #require(EXIFBlock(stored))
    block.describe(width: 70_000, height: 36)
    let end = stored.count - 30 - 6
    #expect(block.bytes.count == end)
    let changed = (0..<end).filter { block.bytes[$0] != stored[$0] }
    let expected = try #require(EXIFBlock(block.bytes))
    #expect(expected.orientation == .identity && expected.density == .init(x: 300, y: 300, unit: .inch))
    // Orientation 1 byte, width 3 bytes and its type, height 1 byte, the link to the thumbnail 2 bytes at most.
    #expect(changed.count <= 8, "\(changed)")
    #expect(
      !block.bytes.starts(with: stored)
        && block.bytes.indices.contains { block.bytes[$0...].starts(with: [1, 2, 3, 4, 5, 6]) })
  }

  @Test func orientationOfXMPCountsWhereEXIFTellsNone() throws {
    let image = drawn(width: 3, height: 2, channels: 1) { x, y, _ in 40 * (3 * y + x) }
    let turned = image.turned(.quarterTurnClockwise)
    func file(_ chunks: [UInt8]) throws -> [UInt8] {
      let plain = try PNGFile.encode(image, ImageMetadata())
      return Array(plain[..<33]) + chunks + plain[33...]
    }
    func text(_ keyword: String, _ value: [UInt8]) -> [UInt8] {
      PNGChunks.chunk("tEXt", Array(keyword.utf8) + [0] + value)
    }
    func raw(_ name: String, _ block: [UInt8]) -> [UInt8] {
      let digits = block.enumerated().map { (($0 % 36 == 0) ? "\n" : "") + hex($1) }.joined()
      return text("Raw profile type \(name)", Array("\n\(name)\n      \(block.count)\(digits)\n".utf8))
    }
    func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    let exif6 = Self.exif(orientation: 6), exif1 = Self.exif(orientation: 1), xmp6 = Self.xmp(orientation: 6)
    let marked = Array("Exif".utf8) + [0, 0]
    let packet = PNGChunks.chunk("iTXt", Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] + xmp6)
    #expect(try ImageFile.decode(file(packet), from: "a") == turned)
    #expect(try ImageFile.decode(file(raw("exif", marked + exif6)), from: "a") == turned)
    #expect(try ImageFile.decode(file(raw("APP1", marked + exif6)), from: "a") == turned)
    #expect(try ImageFile.decode(file(raw("xmp", xmp6)), from: "a") == turned)
    // The chunk before the raw profile, that before XMP.
    #expect(
      try ImageFile.decode(file(raw("exif", marked + exif6) + PNGChunks.chunk("eXIf", exif1)), from: "a") == image)
    #expect(try ImageFile.decode(file(packet + raw("exif", marked + exif1)), from: "a") == image)
    let loaded = try ImageFile.load(file(packet), from: "a")
    #expect(XMPPacket(loaded.metadata.xmp ?? [])?.orientation == .identity && loaded.notes == [])
  }

  @Test func damagedBlocksAreLeftOutWithANote() throws {
    let image = Picture.image(channels: 3)
    let good = try Self.profile()
    func left(_ change: (inout ImageMetadata) -> Void) throws -> String {
      var metadata = ImageMetadata(), notes: [String] = []
      change(&metadata)
      let checked = metadata.checked(for: image, notes: &notes)
      #expect(checked == ImageMetadata())
      return notes.joined(separator: "|")
    }
    func profile(_ bytes: [UInt8]) throws -> String { try left { $0.iccProfile = bytes } }
    var wrong = good
    wrong[36] = 0
    #expect(try profile(wrong) == "the colour profile is left out (damaged)")
    #expect(try profile(Array(good.dropLast())) == "the colour profile is left out (damaged)")
    #expect(try profile(Self.profile(isGray: true)) == "the colour profile is left out (for GRAY, not for RGB)")
    wrong = good
    wrong.replaceSubrange(16..<20, with: "CMYK".utf8)
    #expect(try profile(wrong) == "the colour profile is left out (for CMYK, not for RGB)")
    wrong = good
    wrong.replaceSubrange(136..<140, with: [0x7f, 0xff, 0xff, 0xff])
    #expect(try profile(wrong) == "the colour profile is left out (damaged)")
    #expect(try left { $0.exif = [1, 2, 3] } == "the EXIF block is left out (damaged)")
    #expect(
      try left { $0.exif = Array(Self.exif(orientation: 1).prefix(20)) } == "the EXIF block is left out (damaged)")
    #expect(try left { $0.xmp = Array("<html/>".utf8) } == "the XMP packet is left out (damaged)")
    // What follows a profile's end is not part of it.
    var metadata = ImageMetadata(), notes: [String] = []
    metadata.iccProfile = good + [0, 0, 0]
    #expect(metadata.checked(for: image, notes: &notes).iccProfile == good && notes == [])
  }

  /// Converters leave the profile of the colours with gray pixels: its curve is what holds for them.
  @Test func aProfileForRGBBecomesOneForGray() throws {
    var metadata = ImageMetadata(), notes: [String] = []
    metadata.iccProfile = try Self.profile()
    let checked = metadata.checked(for: Picture.image(channels: 1), notes: &notes)
    let gray = try #require(checked.iccProfile), other = try Self.profile(isGray: true)
    // All but the profile's name is as if it had been made for gray.
    #expect(notes == [] && gray.count == other.count && gray.suffix(2000) == other.suffix(2000))
    #expect(checked.checked(for: Picture.image(channels: 2), notes: &notes) == checked && notes == [])
  }

  /// WebP has no gray pixels: a profile for gray becomes one for RGB with its curve.
  @Test(arguments: [1, 2]) func aProfileForGrayBecomesOneForRGBInWebP(channels: Int) throws {
    var metadata = ImageMetadata(), notes: [String] = []
    metadata.iccProfile = try Self.profile(isGray: true)
    try withTemporaryFolder { folder in
      let path = folder + "/a.webp"
      let image = Picture.image(channels: channels)
      #expect(try ImageFile.write(image, metadata: metadata, to: path, isLossless: true) == [])
      let read = try ImageFile.load(path)
      #expect(read.notes == [] && read.image.channels == channels + 2)
      let profile = try #require(read.metadata.iccProfile)
      #expect(profile[16..<20].elementsEqual("RGB ".utf8))
      // Back again, it is what it was.
      #expect(ICCProfile.grayProfile(from: profile) == metadata.iccProfile)
    }
    // Lightness is no luminance: such a profile is left out.
    metadata.iccProfile?.replaceSubrange(20..<24, with: "Lab ".utf8)
    _ = try ImageFile.encode(Picture.image(channels: channels), metadata: metadata, like: "a.webp", notes: &notes)
    #expect(notes == ["the colour profile is left out (for GRAY, not for RGB)"])
  }

  /// JPEG has no place for PNG's colour chunks: a profile says the same.
  @Test func colorChunksBecomeAProfileInJPEG() throws {
    let image = Picture.image(channels: 3)
    func written(_ change: (inout ImageMetadata) -> Void) throws -> (ImageMetadata, [String]) {
      var metadata = ImageMetadata()
      change(&metadata)
      return try withTemporaryFolder { folder in
        let notes = try ImageFile.write(image, metadata: metadata, to: folder + "/a.jpg")
        return (try ImageFile.load(folder + "/a.jpg").metadata, notes)
      }
    }
    let (linear, notes) = try written { $0.colorSpace.gamma = 100_000 }
    #expect(linear.iccProfile != nil && notes == [])
    #expect(try written { $0.colorSpace.gamma = 45_455 }.0.iccProfile == nil)
    #expect(
      try written {
        $0.colorSpace.sRGBIntent = 0; $0.colorSpace.gamma = 100_000
      }.0.iccProfile == nil)
    #expect(try written { $0.colorSpace.codePoints = [12, 13, 0, 1] }.0.iccProfile != nil)
    let (hdr, loss) = try written { $0.colorSpace.codePoints = [9, 16, 0, 1] }
    #expect(hdr.iccProfile == nil && loss == ["JPEG cannot hold colours by the code points 9, 16"])
  }

  /// PNG's texts about the author are in JPEG's EXIF, unless the photo has that already.
  @Test func textsBecomeEXIFInJPEG() throws {
    var metadata = ImageMetadata(), notes: [String] = []
    metadata.text = [
      .init(keyword: "Author", value: "Ann"), .init(keyword: "Title", value: "One"),
      .init(keyword: "Description", value: "Two"), .init(keyword: "Comment", value: "Three"),
    ]
    let fitting = metadata.fitting(.jpeg, isGray: false, notes: &notes)
    #expect(notes == ["JPEG has no place for texts (Description)"] && fitting.text.map(\.value) == ["Three"])
    let exif = try #require(fitting.exif)
    for words in ["Ann", "One"] {
      #expect(exif.indices.contains { exif[$0...].starts(with: Array(words.utf8) + [0]) })
    }
    notes = []
    metadata.exif = Self.exif(orientation: 1)
    #expect(metadata.fitting(.jpeg, isGray: false, notes: &notes).exif == metadata.exif)
    #expect(notes == ["JPEG has no place for texts (Author, Title, Description)"])
  }

  /// WebP holds the density in EXIF alone, and a block of the photo's own is not added to.
  @Test func aDensityBesideEXIFIsToldOfInWebP() throws {
    var metadata = ImageMetadata(), notes: [String] = []
    metadata.density = .init(x: 300, y: 300, unit: .inch)
    metadata.exif = EXIFBlock.encoded([EXIFBlock.Entry(tag: 271, text: "Camera")])
    _ = metadata.fitting(.webp, isGray: false, notes: &notes)
    #expect(notes == ["WebP has no place for the density beside this EXIF block"])
    notes = []
    metadata.exif = Self.exif(orientation: 1)
    _ = metadata.fitting(.webp, isGray: false, notes: &notes)
    metadata.exif = nil
    let fitting = metadata.fitting(.webp, isGray: false, notes: &notes)
    #expect(notes == [] && fitting.exif.flatMap { EXIFBlock($0) }?.density == metadata.density)
  }

  @Test func colorChunksComeThroughIntoPNG() throws {
    var metadata = ImageMetadata()
    metadata.colorSpace.gamma = 100_000
    metadata.colorSpace.chromaticities = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]
    metadata.colorSpace.codePoints = [9, 16, 0, 1]
    metadata.colorSpace.masteringDisplay = (0..<24).map { UInt8($0) }
    metadata.colorSpace.contentLight = [0, 0, 1, 0, 0, 0, 2, 0]
    metadata.colorSpace.sRGBIntent = 1
    metadata.text = [
      .init(keyword: "Author", value: "Änne"), .init(keyword: "Title", value: "写真", language: "ja"),
    ]
    try withTemporaryFolder { folder in
      try ImageFile.write(Picture.image(channels: 4), metadata: metadata, to: folder + "/a.png")
      let read = try ImageFile.load(folder + "/a.png")
      #expect(read.metadata == metadata && read.notes == [] && read.image == Picture.image(channels: 4))
    }
  }

  /// A profile of more than one JPEG segment, whose parts may come in any order, but not be missing.
  @Test func profilesInPartsAreJoined() throws {
    var metadata = ImageMetadata()
    let small = try Self.profile()
    var large = small + [UInt8](repeating: 7, count: 200_000 - small.count)
    large.replaceSubrange(0..<4, with: bigEndian(large.count))
    metadata.iccProfile = large
    let file = JPEGFile.adding(
      metadata, to: try JPEGFile.encode(Picture.image(channels: 3), ImageMetadata(), quality: 90))
    #expect(try ImageFile.load(file, from: "a").metadata.iccProfile == large)
    let places = file.indices.dropLast(16).filter {
      file[$0] == 0xff && file[$0 + 1] == 0xe2 && file[($0 + 4)...].starts(with: "ICC_PROFILE".utf8)
    }
    #expect(places.count == 4)
    let first = file[places[0]..<places[1]], second = file[places[1]..<places[2]]
    let before = file[..<places[0]], after = file[places[2]...]
    #expect(try ImageFile.load(Array(before + second + first + after), from: "a").metadata.iccProfile == large)
    let missing = try ImageFile.load(Array(before + first + after), from: "a")
    #expect(missing.metadata.iccProfile == nil)
    #expect(missing.notes == ["the colour profile is left out (part 2 of 4 is missing)"])
    #expect(try ImageFile.load(Array(before + first + first + after), from: "a").metadata.iccProfile == nil)
  }
}
