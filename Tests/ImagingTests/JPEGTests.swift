import RAMiTImaging
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

  /// What every other decoder reads with a warning is read with one.
  @Test(arguments: ["subsampled", "progressive"]) func faultsAreNoted(name: String) throws {
    let whole = try bytes(of: fixture(name + ".jpg")), expected = try ImageFile.read(fixture(name + ".jpg"))
    func place(_ marker: UInt8) throws -> Int {
      try #require(whole.indices.first { whole[$0] == 0xff && whole[$0 + 1] == marker })
    }
    func check(_ file: [UInt8], _ note: String?) throws {
      let loaded = try ImageFile.load(file, from: "a")
      #expect(loaded.image == expected)
      #expect(loaded.notes == (note.map { ["an error in its data (\($0))"] } ?? []))
    }
    let tables = try place(0xdb)
    try check(
      Array(whole[..<tables] + [1, 2, 3] + whole[tables...]),
      "Corrupt JPEG data: 3 extraneous bytes before marker 0xdb")
    try check(Array(whole.dropLast(2)), "Premature end of JPEG file")
    try check(whole + [1, 2, 3, 4], nil)
    var file = whole
    file[11] = 7
    try check(file, "Warning: unknown JFIF revision number 7.01")
    guard name == "subsampled" else { return }
    // The scan's header ends with the first and the last coefficient, and two bit positions.
    let scan = try place(0xda), end = scan + 2 + Int(whole[scan + 3])
    file = whole
    file.replaceSubrange(end - 3..<end, with: [0, 0, 0x10])
    try check(file, "Invalid SOS parameters for sequential JPEG")
  }

  /// Pixels that are missing because the file ends are not made up.
  @Test(arguments: ["gray", "subsampled", "progressive"]) func missingPixelsAreRefused(name: String) throws {
    let whole = try bytes(of: fixture(name + ".jpg"))
    let scan = try #require(whole.indices.first { whole[$0] == 0xff && whole[$0 + 1] == 0xda })
    for part in [2, 5, 9] {
      #expect(
        message { try ImageFile.decode(Array(whole.prefix(scan + 16 + (whole.count - scan) * part / 12)), from: "a") }
          == "a: expected a whole JPEG image, found the file ends early", "\(part)")
    }
  }

  /// Damage between whole markers: the picture is there, with a warning.
  @Test func damagedDataIsReadWithANote() throws {
    var file = try bytes(of: fixture("subsampled.jpg"))
    let scan = try #require(file.indices.first { file[$0] == 0xff && file[$0 + 1] == 0xda })
    file.removeSubrange(scan + 60..<file.count - 2)
    let loaded = try ImageFile.load(file, from: "a")
    #expect(loaded.image.width == Picture.width)
    #expect(loaded.notes == ["an error in its data (Corrupt JPEG data: premature end of data segment)"])
  }

  @Test func whatIsNotReadIsNamed() throws {
    var file = try bytes(of: fixture("gray.jpg"))
    let frame = try #require(file.indices.first { file[$0] == 0xff && file[$0 + 1] == 0xc0 })
    let start = "a: expected a whole JPEG image, found "
    file[frame + 4] = 12
    #expect(message { try ImageFile.decode(file, from: "a") } == start + "12 bits a sample, which are not read")
    file[frame + 4] = 8
    file[frame + 1] = 0xc3
    #expect(message { try ImageFile.decode(file, from: "a") } == start + "lossless JPEG, which is not read")
  }
}
