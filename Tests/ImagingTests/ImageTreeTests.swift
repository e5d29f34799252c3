import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTTestSupport
import Testing

/// What the finder of photos finds, leaves out and names.
struct ImageTreeTests {
  private static let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  private func make(_ folder: String, _ bytes: [UInt8] = png, _ names: String...) throws {
    for name in names {
      try Folder.create(folder.appendingPath(name).parentPath)
      try WholeFile.write(bytes, to: folder.appendingPath(name))
    }
  }

  private func link(_ folder: String, _ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: folder + "/" + name, withDestinationPath: target)
  }

  private func found(_ folder: String) throws -> [String] { try ImageTree(folder).images.map(\.path) }

  @Test func contentDecidesAndNotTheName() throws {
    try withTemporaryFolder { folder in
      try make(folder, Self.png, "a.png", "b.jpe", "c", "sub/d.txt")
      try make(folder, [0xff, 0xd8, 0xff, 0xe0], "e.jfif", "f.png")
      try make(folder, Array("text".utf8), "notes.txt", "Thumbs.db", "text.png")
      try make(folder, [], "empty.png", "empty.txt")
      let tree = try ImageTree(folder)
      let names = ["a.png", "b.jpe", "c", "e.jfif", "empty.png", "f.png", "sub/d.txt", "text.png"]
      #expect(tree.images.map(\.path) == names)
      #expect(tree.images.map { $0.format?.rawValue ?? "-" } == ["PNG", "PNG", "PNG", "JPEG", "-", "JPEG", "PNG", "-"])
      #expect(tree.errors.isEmpty)
      #expect(tree.omissions.text == "3 not images (Thumbs.db, empty.txt, notes.txt)")
    }
  }

  @Test func picturesOfOtherKindsAreNamed() throws {
    try withTemporaryFolder { folder in
      try make(folder, Array("GIF89a".utf8), "g.gif", "named.png")
      try make(folder, Array("P6\n1 1\n255\nabc".utf8), "p.ppm")
      try make(folder, [0, 0, 2] + [UInt8](repeating: 0, count: 9) + [4, 0, 4, 0, 24, 0], "t.tga")
      try make(folder, [0, 0, 0, 20] + Array("ftypisom\0\0\0\0mp42".utf8), "film.mp4")
      try make(folder, [0x49, 0x49, 42, 0, 8, 0, 0, 0], "raw.NEF")
      let tree = try ImageTree(folder)
      #expect(tree.images.map(\.path) == ["p.ppm"] && tree.omissions.notImages == ["film.mp4"])
      #expect(
        tree.errors.map { "\($0.location.lastPathPart): \($0.found)" } == [
          "g.gif: a GIF image, which is not read", "named.png: a GIF image, which is not read",
          "raw.NEF: a camera's raw photo, which is not developed here", "t.tga: a TGA image, which is not read",
        ])
    }
  }

  @Test func hiddenOnesAndThoseOfSystemsAreLeftOut() throws {
    try withTemporaryFolder { folder in
      try make(
        folder, Self.png, "a.png", ".Trash-0/b.png", "._a.png", "@eaDir/a.png/thumb.jpg", "lost+found/c.png",
        "x/$RECYCLE.BIN/d.png", "__MACOSX/._a.png", "album.png/e.png")
      let tree = try ImageTree(folder)
      #expect(tree.images.map(\.path) == ["a.png", "album.png/e.png"] && tree.errors.isEmpty)
      #expect(tree.omissions.hidden == [".Trash-0", "._a.png"])
      #expect(tree.omissions.systemFolders == ["@eaDir", "__MACOSX", "lost+found", "x/$RECYCLE.BIN"])
      // Named by the person, they are folders like all others.
      #expect(try found(folder + "/.Trash-0") == ["b.png"])
      #expect(try found(folder + "/@eaDir") == ["a.png/thumb.jpg"])
    }
  }

  @Test func linksAreFollowedOnce() throws {
    try withTemporaryFolder { folder in
      try make(folder, Self.png, "tree/own.png", "tree/b/c.png", "elsewhere/d.png", "elsewhere/deep/e.png")
      try link(folder, "tree/a", to: "b")
      try link(folder, "tree/b/loop", to: "..")
      try link(folder, "tree/here", to: ".")
      try link(folder, "tree/up", to: "..")
      try link(folder, "tree/z", to: "../elsewhere")
      try link(folder, "tree/b/y", to: "../../elsewhere/deep")
      try link(folder, "tree/photo.png", to: "own.png")
      let tree = try ImageTree(folder + "/tree")
      // The tree's own paths first; of links the shortest.
      #expect(tree.images.map(\.path) == ["b/c.png", "own.png", "photo.png", "z/d.png", "z/deep/e.png"])
      #expect(tree.omissions.repeatedFolders.sorted() == ["a", "b/loop", "b/y", "here", "up"] && tree.errors.isEmpty)
      try link(folder, "link", to: "tree")
      #expect(try found(folder + "/link") == tree.images.map(\.path))
      #expect(try found(folder + "/link/") == tree.images.map(\.path))
    }
  }

  @Test func whatCannotBeReadIsNamedAndTheRestIsFound() throws {
    try withTemporaryFolder { folder in
      try make(folder, Self.png, "a.png")
      try link(folder, "gone.png", to: "nowhere.png")
      try link(folder, "self", to: "self")
      #expect(mkfifo(folder + "/pipe.png", 0o600) == 0 && mkfifo(folder + "/control", 0o600) == 0)
      let tree = try ImageTree(folder)
      #expect(tree.images.map(\.path) == ["a.png"] && tree.omissions.notImages == ["control"])
      #expect(
        tree.errors.map { "\($0)".replacing(folder, with: "") } == [
          "/gone.png: expected a file that can be read, found a link that leads nowhere",
          "/pipe.png: expected an image, found a pipe",
          "/self: expected a file that can be read, found a link that leads to itself",
        ])
    }
  }

  /// Root may read everything.
  @Test(.enabled(if: geteuid() != 0, "root reads locked folders"))
  func lockedFoldersAreNamed() throws {
    try withTemporaryFolder { folder in
      try make(folder, Self.png, "a.png", "locked/b.png")
      #expect(chmod(folder + "/locked", 0) == 0)
      defer { chmod(folder + "/locked", 0o700) }
      let tree = try ImageTree(folder)
      #expect(tree.images.map(\.path) == ["a.png"])
      #expect(
        tree.errors == [
          InputError(folder + "/locked", expected: "a folder that can be read", found: "permission denied")
        ])
    }
  }

  @Test func namesAreBytes() throws {
    try withTemporaryFolder { folder in
      let names = [Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8), [0x63, 0xe9]].map {
        String(pathBytes: $0 as [UInt8])
      }
      for name in names { try make(folder, Self.png, name) }
      #expect(Set(try found(folder).map(\.pathBytes)) == Set(names.map(\.pathBytes)))
    }
  }

  @Test func aFolderIsLeftOut() throws {
    try withTemporaryFolder { folder in
      try make(folder, Self.png, "a.png", "out/b.png", "out/deep/c.png")
      try link(folder, "results", to: "out")
      #expect(try ImageTree(folder, excluding: folder + "/out/").images.map(\.path) == ["a.png"])
      #expect(try ImageTree(folder + "/out", excluding: folder + "/out").images.map(\.path) == ["b.png", "deep/c.png"])
      #expect(try ImageTree(folder + "/out/deep", excluding: folder + "/out").images.map(\.path) == ["c.png"])
      #expect(try ImageTree(folder, isDeep: false).images.map(\.path) == ["a.png"])
      #expect(throws: InputError(folder + "/none", expected: "a folder of images", found: "no such folder")) {
        try ImageTree(folder + "/none")
      }
    }
  }
}
