import RAMiTTestSupport
import Testing

@testable import RAMiTImaging

/// Photos as people have them, whose colours or words were lost once.
@Suite struct CaseTests {
  /// A photo written in both kinds and read again.
  private func rewritten(_ name: String) throws -> (from: LoadedImage, png: LoadedImage, jpeg: LoadedImage) {
    try withTemporaryFolder { folder in
      let photo = try ImageFile.load(fixture(name))
      func again(_ ending: String) throws -> LoadedImage {
        #expect(try ImageFile.write(photo.image, metadata: photo.metadata, to: folder + "/a." + ending) == [])
        return try ImageFile.load(folder + "/a." + ending)
      }
      return (photo, try again("png"), try again("jpg"))
    }
  }

  @Test func profileOfAWideGamut() throws {
    let (photo, png, jpeg) = try rewritten("07-icc-wide.jpg")
    let profile = try #require(photo.metadata.iccProfile)
    let stored = try bytes(of: fixture("07-icc-wide.jpg"))
    #expect(stored.indices.contains { stored[$0...].starts(with: profile) })
    #expect(png.metadata.iccProfile == profile && jpeg.metadata.iccProfile == profile)
  }

  /// Linear samples: the chunk in PNG, a straight curve of a profile in JPEG.
  @Test func linearGamma() throws {
    let (photo, png, jpeg) = try rewritten("08-gamma-linear.png")
    #expect(photo.metadata.colorSpace.gamma == 100_000 && png.metadata == photo.metadata)
    let profile = try #require(jpeg.metadata.iccProfile)
    let curve = try #require(profile.indices.dropFirst(300).first { profile[$0...].starts(with: "curv".utf8) })
    let reader = ByteReader(profile, .big), count = try reader.uint32(curve + 8)
    for index in 0..<count {
      let expected = Double(index) / Double(count - 1) * 65535
      #expect(abs(Double(try reader.uint16(curve + 12 + 2 * index)) - expected) <= 0.5)
    }
  }

  @Test func dateAuthorAndDensity() throws {
    let (photo, png, jpeg) = try rewritten("09-metadata-o6.jpg")
    #expect(photo.image.width == 48 && photo.image.height == 36)
    for copy in [png, jpeg] {
      let exif = try #require(copy.metadata.exif)
      #expect(exif == photo.metadata.exif && EXIFBlock(exif)?.orientation == .identity)
      for words in ["2021:05:06 07:08:09", "Ann Example", "Cam"] {
        #expect(exif.indices.contains { exif[$0...].starts(with: words.utf8) }, "\(words)")
      }
      #expect(abs(try #require(copy.metadata.density?.per(inches: 1)).x - 300) < 0.01)
    }
  }

  @Test func everythingAtOnce() throws {
    for name in ["metadata.png", "metadata.jpg"] {
      let photo = try ImageFile.load(fixture(name)), metadata = photo.metadata
      // Turned by its EXIF block.
      #expect(photo.image.width == Picture.height && photo.notes == [])
      #expect(metadata.iccProfile != nil && metadata.density != nil && !metadata.text.isEmpty)
      let exif = try #require(metadata.exif)
      #expect(exif.indices.contains { exif[$0...].starts(with: "maker note".utf8) })
      // The thumbnail was a JPEG file.
      #expect(!exif.indices.contains { exif[$0...].starts(with: [0xff, 0xd8, 0xff]) })
      #expect(EXIFBlock(exif)?.orientation == .identity && XMPPacket(metadata.xmp ?? [])?.orientation == .identity)
      let words = String(decoding: metadata.xmp ?? [], as: UTF8.self)
      #expect(words.contains("PixelXDimension=\"18\"") && words.contains("<exif:PixelYDimension>21<"))
    }
    let texts = try ImageFile.load(fixture("metadata.png")).metadata.text
    #expect(texts.map(\.keyword).sorted() == ["Author", "Description", "Title"])
    #expect(texts.contains(.init(keyword: "Title", value: "写真", language: "ja")))
  }

  @Test func aTextChunkOf2GB() throws {
    #expect(
      message { try ImageFile.load(fixture("text-chunk-2gb.png")) }?.contains("a chunk tEXt of 2147483632 bytes")
        == true)
  }
}
