import Foundation
import RAMiTImaging
import Testing

@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct RestoreTests {
  @Test func filesAndFolders() throws {
    try Folder.temporary { folder in
      let weights = try folder.weights()
      try folder.folder("in/sub").picture("gray.png", channels: 1)
      try folder.picture("in/photo.jpg")
      try folder.picture("alpha.png", channels: 4)
      let run = try Program.run(
        "restore", folder.file("in"), folder.file("alpha.png"), "--weights", weights, "--output", folder.file("out"),
        "--format", "same", "--threads", "1")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.hasSuffix("3 restored\n"))
      #expect(try ImageFile.read(folder.file("out/sub/gray.png")).channels == 1)
      let alpha = try ImageFile.read(folder.file("out/alpha.png"))
      #expect(alpha.channels == 4 && alpha.width == 48 && alpha.height == 40)
      #expect(folder.exists("out/photo.jpg"))

      let again = try Program.run(
        "restore", folder.file("in"), "--weights", weights, "--output", folder.file("out"), "--format", "same",
        "--quiet")
      #expect(again.code == 0 && again.output.isEmpty && again.errors.isEmpty)
    }
  }

  @Test func moreThreadsThanProcessorsAreMentioned() throws {
    try Folder.temporary { folder in
      let restore = [
        "restore", try folder.picture("a.png"), "--weights", try folder.weights(), "--output", folder.file("out"),
        "--overwrite", "--threads",
      ]
      let count = ProcessInfo.processInfo.activeProcessorCount
      let more = try Program.run(restore + ["\(count + 1)"])
      #expect(more.code == 0 && more.output.hasSuffix("1 restored\n"))
      let processors = count == 1 ? "1 processor" : "\(count) processors"
      #expect(
        more.errors == "ramit: --threads \(count + 1) is more than the \(processors) here, which gains nothing\n")
      #expect(try Program.run(restore + ["\(count)"]).errors.isEmpty)
      #expect(try Program.run(restore + ["\(count + 1)", "--quiet"]).errors.isEmpty)
    }
  }

  /// Each broken file gives one line, and the good one is restored.
  @Test func brokenFilesOfABatch() throws {
    try Folder.temporary { folder in
      let weights = try folder.weights()
      let images = try folder.folder("in")
      let names = try images.brokenImages(like: images.picture("good.png"))
      let run = try Program.run(
        "restore", images.path, folder.file("none.png"), weights, "--weights", weights, "--output", folder.file("out"))
      #expect(run.code == 1)
      #expect(run.errorLines.count == names.count + 2, "\(run.errors)")
      for line in run.errorLines { #expect(line.hasPrefix("ramit: \(folder.path)/") && line.contains(": expected ")) }
      for name in names { #expect(run.errors.contains("in/\(name): expected "), "\(name)") }
      #expect(run.output.hasSuffix("1 restored, 7 failed\n"))
      #expect(folder.exists("out/good.png") && !folder.exists("out/cut.png"))
    }
  }

  /// The input's bytes are as they were, whatever is asked for.
  @Test func inputsAreNeverOverwritten() throws {
    try Folder.temporary { folder in
      let weights = try folder.weights()
      let photo = try folder.picture("photo.png")
      let before = try Data(contentsOf: URL(fileURLWithPath: photo))
      let run = try Program.run("restore", photo, "--weights", weights, "--output", folder.path, "--overwrite")
      #expect(run.code == 1 && run.errorLines.count == 1)
      #expect(run.errors.contains("expected an output that is not an input"))
      let report = try Program.run(
        "restore", photo, "--weights", weights, "--output", folder.file("out"), "--json", photo)
      #expect(report.code == 1 && report.errors == "ramit: --json: expected a file that is no input, found \(photo)\n")
      #expect(try Data(contentsOf: URL(fileURLWithPath: photo)) == before)
    }
  }

  /// JPEG holds no transparency: a colour shows through, and a line says so.
  @Test func aTransparentPhotoAsJPEG() throws {
    try Folder.temporary { folder in
      let clear = Image(width: 16, height: 16, channels: 4, samples: .uint8([UInt8](repeating: 0, count: 1024)))
      let photo = folder.file("clear.png"), weights = try folder.weights()
      try ImageFile.write(clear, to: photo)
      for (options, color) in [([], [255, 255, 255]), (["--background", "#0000ff"], [0, 0, 255])] as [([String], [Int])]
      {
        let run = try Program.run(
          ["restore", photo, "--weights", weights, "--output", folder.file("out"), "--format", "jpeg"] + options)
        #expect(run.code == 0 && run.output.contains("its transparent parts are laid on"), "\(run)")
        guard case .uint8(let values) = try ImageFile.read(folder.file("out/clear.jpg")).samples else { continue }
        #expect(zip(values.prefix(3), color).allSatisfy { abs(Int($0) - $1) < 4 }, "\(values.prefix(3))")
      }
      #expect(try Program.run("restore", photo, "--weights", weights, "--output", "o", "--background", "7").code == 64)
    }
  }

  @Test func anOutputThatCannotBeAFolder() throws {
    try Folder.temporary { folder in
      let photo = try folder.picture("photo.png"), text = try folder.write("text".utf8, to: "text.txt")
      let run = try Program.run("restore", photo, "--weights", folder.weights(), "--output", text)
      #expect(run.code == 1 && run.errorLines.count == 1)
      #expect(run.errors == "ramit: \(text): expected a folder that can be made, found a file in its place\n")
    }
  }
}
