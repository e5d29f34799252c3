import Foundation
import RAMiTCZlib
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Files that are not what they say: one line that names the file, and never a trap.
@Suite struct HostileFileTests {
  private static let fixtures: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: fixture(""))) ?? []
    return names.filter {
      ["png", "jpg", "bmp", "tif", "webp", "pgm", "ppm", "pfm", "avif", "heic"].contains(($0 as NSString).pathExtension)
    }.sorted()
  }()

  /// Reads it, and takes an `InputError` of one line that names the path as an answer.
  private func probe(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do {
      _ = try ImageFile.size(path)
      let image = try ImageFile.read(path, maximumPixels: 1 << 20)
      #expect(image.samples.count == image.width * image.height * image.channels)
    } catch let error as InputError {
      #expect(error.location == path && !error.description.contains("\n"))
    }
  }

  @Test(arguments: fixtures) func cutFilesAreRefused(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture(name))))
    try withTemporaryFolder { folder in
      for step in 0..<24 { try probe(Array(bytes.prefix(bytes.count * step / 24)), folder + "/cut") }
      // Half of the pixels are not an image.
      try Data(bytes.prefix(bytes.count / 2)).write(to: URL(fileURLWithPath: folder + "/half"))
      #expect(throws: InputError.self) { try ImageFile.read(folder + "/half") }
    }
  }

  @Test(arguments: fixtures) func changedFilesAreReadOrRefused(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture(name))))
    var random = RandomNumbers(seed: 11, name.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) })
    try withTemporaryFolder { folder in
      for _ in 0..<60 {
        var changed = bytes
        for _ in 0...random.below(3) {
          // Headers are where damage can mislead: half of the changes are there.
          let place = random.below(random.below(2) == 0 ? min(160, bytes.count) : bytes.count)
          changed[place] = random.below(3) == 0 ? 0xff : UInt8(random.below(256))
        }
        try probe(changed, folder + "/changed")
      }
    }
  }

  /// Damage in what goes with the picture, under right checksums: what is carried over can be read again.
  @Test(arguments: ["metadata.png", "metadata.jpg"]) func changedMetadataIsCarriedOrLeftOut(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture(name))))
    let blocks = name.hasSuffix("png") ? pngBlocks(bytes) : [20..<bytes.count - 600]
    var random = RandomNumbers(seed: 5)
    for _ in 0..<300 {
      var changed = bytes
      let block = blocks[random.below(blocks.count)]
      for _ in 0...random.below(4) {
        changed[block.lowerBound + random.below(block.count)] = [0, 0xff, UInt8(random.below(256))][random.below(3)]
      }
      if name.hasSuffix("png") {
        let checksum = crc(changed[block.lowerBound - 4..<block.upperBound])
        changed.replaceSubrange(block.upperBound..<block.upperBound + 4, with: bigEndian(checksum))
      }
      guard let photo = try? ImageFile.load(changed, from: "a", maximumPixels: 1 << 16) else { continue }
      for ending in ["png", "jpg"] {
        var notes: [String] = []
        let file = try ImageFile.encode(photo.image, metadata: photo.metadata, like: "a." + ending, notes: &notes)
        let again = try ImageFile.load(file, from: "a")
        #expect(again.notes == [] && again.image.width == photo.image.width)
      }
    }
  }

  /// The data of the chunks beside the pixels.
  private func pngBlocks(_ bytes: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = [], place = 8
    while place + 12 <= bytes.count {
      let size = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      if bytes[place + 4] & 0x20 != 0, size > 0 { result.append(place + 8..<place + 8 + size) }
      place += size + 12
    }
    return result
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 0xff) } }

  @Test func hugeHeadersTakeNoMemory() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/huge"
      // A PNG header of 100000 x 100000 pixels, with its right checksum, and nothing after it.
      var png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8)
      png += [0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0, 8, 2, 0, 0, 0]
      let checksum = crc(png[12...])
      png += bigEndian(checksum)
      try probe(png, path)
      var tiff = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture("deflate8.tif"))))
      var bmp = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture("rgb.bmp"))))
      bmp.replaceSubrange(18..<26, with: [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0x80])
      try probe(bmp, path)
      for place in 8..<200 where place + 4 <= tiff.count {
        let before = tiff
        tiff.replaceSubrange(place..<place + 4, with: [0xff, 0xff, 0xff, 0x7f])
        try probe(tiff, path)
        tiff = before
      }
    }
  }

  private func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 { UInt32(crc32(0, Array(bytes), UInt32(bytes.count))) }

  @Test func whatIsNoImageIsNamed() throws {
    try withTemporaryFolder { folder in
      func message(_ name: String, _ bytes: [UInt8]?) throws -> String? {
        let path = "\(folder)/\(name)"
        if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
        return (#expect(throws: InputError.self) { try ImageFile.read(path) })?.description
          .replacingOccurrences(of: folder + "/", with: "")
      }
      let found1 = try message("empty.png", [])
      #expect(found1 == "empty.png: expected an image, found an empty file")
      let found2 = try message("missing.png", nil)
      #expect(found2 == "missing.png: expected an image, found no such file")
      let found3 = try message("text.png", Array("not an image".utf8))
      #expect(found3?.hasPrefix("text.png: expected a PNG, JPEG, BMP, TIFF, WebP") == true)
      #expect(found3?.hasSuffix(" image, found another kind of file") == true)
      let found4 = try message("", nil)
      #expect(found4 == ": expected an image, found a folder")
    }
  }

  @Test func whatCannotBeWrittenIsNamed() throws {
    let image = Picture.image(channels: 3)
    try withTemporaryFolder { folder in
      for path in ["\(folder)/none/a.png", "\(folder)/a.tga", folder] {
        let error = #expect(throws: InputError.self) { try ImageFile.write(image, to: path) }
        #expect(error?.location == path)
      }
    }
  }
}
