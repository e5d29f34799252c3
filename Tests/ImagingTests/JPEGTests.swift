import Imaging
import Testing

@Suite struct JPEGTests {
  /// Against the values of another program's libjpeg, whose inverse transform may round otherwise.
  @Test(arguments: [("gray", 1), ("subsampled", 3), ("progressive", 3), ("cmyk", 3)])
  func everyKindIsRead(_ name: String, _ channels: Int) throws {
    let expected = Image(
      width: Picture.width, height: Picture.height, channels: channels,
      samples: .uint8(try bytes(of: fixture(name + ".raw"))))
    let difference = try #require(largestDifference(ImageFile.read(fixture(name + ".jpg")), expected))
    #expect(difference <= 1)
    #expect(try ImageFile.size(fixture(name + ".jpg")) == (Picture.width, Picture.height, channels))
  }

  /// Some cameras leave bytes between a JPEG's segments, or after it; its pixels are whole.
  @Test func harmlessFaultsAreRead() throws {
    let whole = try bytes(of: fixture("subsampled.jpg")), expected = try ImageFile.read(fixture("subsampled.jpg"))
    let tables = try #require(whole.indices.first { whole[$0] == 0xff && whole[$0 + 1] == 0xdb })
    let padded = whole[..<tables] + [0, 0, 0] + whole[tables...]
    #expect(try ImageFile.decode(Array(padded), from: "a") == expected)
    #expect(try ImageFile.decode(whole + [1, 2, 3, 4], from: "a") == expected)
  }
}
