import RAMiTImaging
import Testing

@Suite struct PNMTests {
  @Test func everyKind() throws {
    #expect(try ImageFile.read(fixture("text.ppm")) == Picture.image(channels: 3))
    #expect(try ImageFile.read(fixture("text.pgm")) == Picture.image(channels: 1, bits: 16))
    let bilevel = Picture.image(channels: 1, bits: 1) { $0 * 255 }
    #expect(try ImageFile.read(fixture("bits_text.pgm")) == bilevel)
    #expect(try ImageFile.read(fixture("bits.pgm")) == bilevel)
    #expect(try ImageFile.read(fixture("deep.ppm")) == Picture.image(channels: 3, bits: 16))
    #expect(try ImageFile.read(fixture("map.ppm")) == Picture.image(channels: 4))
    #expect(try ImageFile.read(fixture("float.pfm")) == Picture.image(channels: 3, bits: 16))
    let loaded = try ImageFile.load(fixture("bytes.pgm"))
    #expect(loaded.image == Picture.image(channels: 1))
    #expect(loaded.notes == ["the pictures after the first left out"])
  }

  private func read(_ text: String, _ pixels: [UInt8] = []) throws -> [Int] {
    levels(try ImageFile.decode(Array(text.utf8) + pixels, from: "a.pnm"))
  }

  /// Any number may stand for white; halves are rounded to the even number, and what is above white is white.
  @Test func otherWhites() throws {
    #expect(try read("P2 4 1 100 0 10 50 100") == [0, 26, 128, 255])
    #expect(try read("P5 3 1 15\n", [0, 7, 200]) == [0, 119, 255])
    #expect(try read("P5 2 1 1023\n", [0x03, 0xff, 0x02, 0x00]) == [65535, 32800])
    #expect(try read("P1\n#c\n3 1 1#d\n01") == [0, 255, 0])
  }

  @Test func damageIsNamed() {
    func found(_ text: String) -> String? {
      message { try read(text) }?.replacing("a.pnm: expected a whole Netpbm image, found ", with: "")
    }
    #expect(found("P5 40 40 255\nabc") == "a file that ends at byte 16 of 1613")
    #expect(found("P2 2 2 255\n1 2 3") == "a file that ends at byte 16")
    #expect(found("P2 2 x 255\n1 2 3") == "the byte 120 where a number should stand")
    #expect(found("P5 1 1 70000\n1") == "70000 for white")
    #expect(found("P2 99999999999 1 255\n1") == "a number of more than ten digits")
    #expect(found("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 9\nMAXVAL 255\nENDHDR\n") == "9 channels")
    #expect(found("P3 9000 9000 255\n1") == "18 bytes for 9000 x 9000 pixels")
  }
}
