import Foundation
import RAMiTImaging
import RAMiTTestSupport
import Testing

@Suite struct WritingTests {
  /// A JPEG comes near its image, nearer with more quality; alpha is laid on white, and 16 bits become 8.
  @Test(arguments: 1...4) func jpegs(channels: Int) throws {
    func smooth(_ x: Int, _ y: Int, _ c: Int) -> Int { 40 + 3 * x + 2 * y + 20 * c }
    let image = drawn(width: 33, height: 18, channels: channels, smooth)
    let deepImage = deep(width: 33, height: 18, channels: channels) { smooth($0, $1, $2) * 257 }
    let flat = image.flattened(onto: .white)
    try withTemporaryFolder { folder in
      let path = folder + "/a.jpg", deepPath = folder + "/deep.jpeg"
      var sizes: [Int] = []
      for (quality, tolerance) in [(100, image.hasAlpha ? 3 : 2), (90, 6), (30, 24)] {
        try ImageFile.write(image, to: path, quality: quality)
        let difference = try #require(largestDifference(ImageFile.read(path), flat))
        #expect(difference <= tolerance)
        sizes.append(try bytes(of: path).count)
        try ImageFile.write(deepImage, to: deepPath, quality: quality)
        // What is laid on white in 16 bits may round otherwise.
        if !image.hasAlpha { #expect(try bytes(of: deepPath) == bytes(of: path)) }
      }
      #expect(sizes[0] > sizes[1] && sizes[1] > sizes[2])
      for quality in [-5, 0, 101, 100_000] { try ImageFile.write(image, to: path, quality: quality) }
    }
  }

  @Test func lostBitsAreTold() throws {
    let deepImage = deep(width: 4, height: 3, channels: 3) { x, _, _ in x * 1000 }
    for (path, expected) in [
      ("a.png", []), ("a.jpg", ["its 16 bits are rounded to 8"]), ("a.webp", ["its 16 bits are rounded to 8"]),
    ] {
      var notes: [String] = []
      _ = try ImageFile.encode(deepImage, like: path, isLossless: true, notes: &notes)
      #expect(notes == expected, "\(path)")
    }
  }

  @Test func aWriteReplacesTheFileWhole() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.PNG"
      try ImageFile.write(Picture.image(channels: 3), to: path)
      try ImageFile.write(Picture.image(channels: 1), to: path)
      #expect(try ImageFile.read(path) == Picture.image(channels: 1))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.PNG"])
    }
  }

  @Test func whatCannotBeWrittenIsOneLine() throws {
    try withTemporaryFolder { folder in
      func found(_ name: String) -> String? {
        message { try ImageFile.write(Picture.image(channels: 3), to: folder + name) }?.replacing(folder, with: "")
      }
      #expect(found("/a.gif") == "/a.gif: expected a name that ends in .png, .jpg, .jpeg or .webp, found .gif")
      #expect(
        found("/none/a.png") == "/none/a.png: expected a file that can be written, found no such file or directory")
      try FileManager.default.createDirectory(atPath: folder + "/taken.png", withIntermediateDirectories: false)
      #expect(found("/taken.png") == "/taken.png: expected a file that can be written, found is a directory")
      try Data([1]).write(to: URL(fileURLWithPath: folder + "/file"))
      #expect(found("/file/a.png") == "/file/a.png: expected a file that can be written, found not a directory")
      // What failed leaves nothing behind.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["file", "taken.png"])
    }
  }

  @Test func foldersAreListed() throws {
    try withTemporaryFolder { folder in
      for name in ["b.png", "a.JPG", ".hidden.png", "c.txt", "d.tiff", "e.bmp", "f.webp", "png"] {
        try Data([0]).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      #expect(try ImageFile.list(folder) == ["a.JPG", "b.png", "d.tiff", "e.bmp", "f.webp"].map { "\(folder)/\($0)" })
    }
  }
}
