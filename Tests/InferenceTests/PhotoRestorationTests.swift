import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTInference

/// What is restored, left as it is, made anew or refused in an output folder.
struct PhotoRestorationTests {
  private func restore(
    _ folder: String, _ inputs: [String] = ["in"], model: RAMiT = smallModel(.x2), tile: Int? = nil,
    format: OutputFormat = .png,
    options: PhotoRestoration.Options = .init()
  ) -> RestorationReport {
    let plan = RestorationPlan(
      inputs.map { folder + "/" + $0 }, to: .folder(folder + "/out"), naming: .init(format: format))
    var restorer = Restorer(model)
    restorer.tile = tile
    return PhotoRestoration(restorer, options).run(plan)
  }

  private var overwriting: PhotoRestoration.Options {
    var options = PhotoRestoration.Options()
    options.overwrites = true
    return options
  }

  /// Each row's output and what became of it.
  private func statuses(_ report: RestorationReport) -> [String] {
    report.rows.map { row in
      "\((row.output ?? row.input).split(separator: "/").last ?? ""): \(row.status.rawValue)"
        + (row.status == .restored ? row.reason.map { ", \($0)" } ?? "" : "")
    }
  }

  private func photo(_ path: String, seed: Int = 0) throws {
    try write(picture(width: 8, height: 8, channels: 3, seed: seed), to: path)
  }

  @Test func resultsAreSkippedAndFailuresCounted() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b"] { try photo("\(folder)/in/\(name).png") }
      try Data("nothing".utf8).write(to: URL(fileURLWithPath: folder + "/in/c.png"))
      let first = restore(folder)
      #expect(statuses(first) == ["a.png: restored", "b.png: restored", "c.png: failed"])
      #expect(first.text == "2 restored, 1 failed" && !first.isComplete)
      #expect(first.rows[2].error?.description.hasPrefix(folder + "/in/c.png: expected a PNG, ") == true)
      #expect(try ImageFile.size(folder + "/out/a.png").width == 16)
      #expect(restore(folder).text == "0 restored, 2 skipped (--overwrite restores them again), 1 failed")
      #expect(restore(folder, options: overwriting).text == "2 restored, 1 failed")
    }
  }

  /// What a batch that was killed has left beside its results; ranks may share the folder with other machines.
  @Test(arguments: [true, false]) func abandonedFilesAreRemoved(removes: Bool) throws {
    try withTemporaryFolder { folder in
      try photo(folder + "/in/a.png")
      try photo(folder + "/in/sub/b.png")
      let names = ["out", "out/sub"].map { "\(folder)/\($0)/.ramit-\(UUID().uuidString).tmp" }
      for name in names {
        try FileManager.default.createDirectory(
          atPath: String(name.prefix { $0 != "." }), withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(fileURLWithPath: name))
      }
      var options = PhotoRestoration.Options()
      options.removesAbandonedFiles = removes
      #expect(restore(folder, options: options).text == "2 restored")
      #expect(names.allSatisfy { FileManager.default.fileExists(atPath: $0) != removes })
    }
  }

  @Test func whatAResultWasMadeOfDecides() throws {
    try withTemporaryFolder { folder in
      try photo(folder + "/in/a.jpg")
      func run(model: RAMiT = smallModel(.x2), tile: Int? = nil) -> [String] {
        statuses(restore(folder, model: model, tile: tile))
      }
      #expect(run() == ["a.png: restored"])
      #expect(run() == ["a.png: skipped"])
      let other = smallModel(.x2)
      other.parameters.values.pointer[3] += 0.5
      #expect(run(model: other) == ["a.png: restored, different weights"])
      #expect(run(tile: 32) == ["a.png: restored, different weights"])
      #expect(run() == ["a.png: restored, different options"])
      try photo(folder + "/in/a.jpg", seed: 1)
      #expect(run() == ["a.png: restored, the photo has changed"])
      // Touched, or moved, it is the same photo.
      try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: folder + "/in/a.jpg")
      #expect(run() == ["a.png: skipped"])
      try FileManager.default.createDirectory(atPath: folder + "/moved", withIntermediateDirectories: false)
      try FileManager.default.moveItem(atPath: folder + "/in/a.jpg", toPath: folder + "/moved/a.jpg")
      #expect(statuses(restore(folder, ["moved"])) == ["a.png: skipped"])
      // The quality is that of JPEG only.
      var options = PhotoRestoration.Options()
      options.quality = 50
      #expect(statuses(restore(folder, ["moved"], options: options)) == ["a.png: skipped"])
      #expect(statuses(restore(folder, ["moved"], format: .jpeg, options: options)) == ["a.jpg: restored"])
      #expect(statuses(restore(folder, ["moved"], format: .jpeg)) == ["a.jpg: restored, different options"])
    }
  }

  @Test func anotherPhotoOfTheSameNameIsNamed() throws {
    try withTemporaryFolder { folder in
      try photo(folder + "/s.png")
      try photo(folder + "/s.jpg", seed: 1)
      try photo(folder + "/other/s.png", seed: 2)
      #expect(statuses(restore(folder, ["s.png"])) == ["s.png: restored"])
      let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/s.png"))
      let second = restore(folder, ["s.jpg"])
      #expect(
        second.rows.map { "\($0.error!)".replacing(folder, with: "") } == [
          "/s.jpg: expected an output of its own (--overwrite replaces it, --keep-suffix keeps both), "
            + "found /out/s.png, which was made from /s.png"
        ])
      #expect(statuses(restore(folder, ["other/s.png"])) == ["s.png: failed"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/out/s.png")) == before)
      #expect(statuses(restore(folder, ["s.jpg"], options: overwriting)) == ["s.png: restored"])
      #expect(statuses(restore(folder, ["s.png"])) == ["s.png: failed"])
    }
  }

  @Test func outputsThatAreOfNoUse() throws {
    try withTemporaryFolder { folder in
      try photo(folder + "/in/a.png")
      let output = URL(fileURLWithPath: folder + "/out/a.png")
      func run() -> [String] { statuses(restore(folder)) }
      #expect(run() == ["a.png: restored"])
      let whole = try Data(contentsOf: output)
      try Data().write(to: output)
      #expect(run() == ["a.png: restored, the output was empty"])
      try whole.prefix(whole.count / 2).write(to: output)
      #expect(run() == ["a.png: restored, the output was damaged"])
      // The same bytes, written again.
      try whole.write(to: output)
      #expect(run() == ["a.png: skipped"])
      // Somebody's work on the result is not lost.
      try photo(output.path, seed: 5)
      #expect(run() == ["a.png: failed"])
      try FileManager.default.removeItem(at: output)
      try FileManager.default.createDirectory(at: output, withIntermediateDirectories: false)
      let report = restore(folder, options: overwriting)
      #expect("\(report.rows[0].error!)".hasSuffix("expected an output that is a file, found \(output.path), a folder"))
    }
  }

  /// A file that no run has made is not replaced; one whose record is lost neither.
  @Test func foreignFilesAreNamed() throws {
    try withTemporaryFolder { folder in
      try photo(folder + "/in/a.png")
      try photo(folder + "/out/a.png", seed: 3)
      let report = restore(folder)
      #expect(
        "\(report.rows[0].error!)".hasSuffix(
          "(--overwrite replaces it), found one that ramit did not make from it"))
      #expect(try ImageFile.size(folder + "/out/a.png").width == 8)
      // Also where it cannot be read: a photo of a phone, and a header that no memory is enough for.
      let heic = [0, 0, 0, 24] + Array("ftypheic".utf8) + [UInt8](repeating: 0, count: 12)
      for bytes in [heic, Array("P6 2147483648 2147483648 255\n".utf8)] {
        let file = URL(fileURLWithPath: folder + "/out/a.png")
        try Data(bytes).write(to: file)
        #expect(statuses(restore(folder)) == ["a.png: failed"])
        #expect(try Data(contentsOf: file) == Data(bytes))
      }
    }
  }

  /// Lines that a kill or a disk has damaged are passed over, and the next one is whole.
  @Test func aDamagedRecord() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b"] { try photo("\(folder)/in/\(name).png") }
      _ = restore(folder)
      let record = URL(fileURLWithPath: folder + "/out/" + RestorationRecord.fileName)
      let whole = try Data(contentsOf: record)
      let lines = whole.split(separator: 10)
      #expect(lines.count == 4)
      try (Data([0xff, 0, 10]) + lines[0] + [10] + lines[1] + [10] + lines[2].prefix(40)).write(to: record)
      let second = restore(folder)
      #expect(statuses(second) == ["a.png: skipped", "b.png: failed"])
      #expect(statuses(restore(folder, options: overwriting)) == ["a.png: restored", "b.png: restored"])
      #expect(statuses(restore(folder)) == ["a.png: skipped", "b.png: skipped"])
      // A result is of the record's line that was written before it, too: a kill comes in between.
      try (lines[0] + [10] + lines[2] + [10]).write(to: record)
      #expect(statuses(restore(folder)) == ["a.png: skipped", "b.png: skipped"])
    }
  }

  /// One line tells that the record could not be written, and it is written again as soon as it can.
  @Test func aRecordThatCannotBeWrittenForAWhile() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b", "c"] { try photo("\(folder)/in/\(name).png") }
      let record = folder + "/out/" + RestorationRecord.fileName
      try FileManager.default.createDirectory(atPath: record, withIntermediateDirectories: true)
      let plan = RestorationPlan([folder + "/in"], to: .folder(folder + "/out"))
      let restoration = PhotoRestoration(Restorer(smallModel(.x2)))
      let report = restoration.run(
        plan,
        observe: { row in
          if row.output?.hasSuffix("b.png") == true { try? FileManager.default.removeItem(atPath: record) }
        })
      #expect(report.count(.restored) == 3 && report.errors.count == 1 && !report.isComplete)
      #expect(report.errors.first?.location == record)
      #expect(statuses(restore(folder)) == ["a.png: failed", "b.png: failed", "c.png: skipped"])
    }
  }

  @Test func resultsBesideThePhotosAreNoPhotos() throws {
    try withTemporaryFolder { folder in
      try photo(folder + "/out/a.jpg")
      let first = restore(folder, ["out"])
      #expect(statuses(first) == ["a.png: restored"])
      let second = restore(folder, ["out"])
      #expect(statuses(second).first == "a.png: skipped")
      #expect(second.omissions.results == [folder + "/out/a.png"] && second.isComplete)
    }
  }

  @Test func whatCannotBeWrittenIsFoundBeforeTheWork() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b"] { try photo("\(folder)/in/\(name).png") }
      try Data("file".utf8).write(to: URL(fileURLWithPath: folder + "/out"))
      var lines = 0
      let plan = RestorationPlan([folder + "/in"], to: .folder(folder + "/out"))
      let report = PhotoRestoration(Restorer(smallModel(.x2))).run(plan, observe: { _ in lines += 1 })
      // One line for all, a row for each.
      #expect(lines == 1 && report.count(.failed) == 2)
      #expect(
        "\(report.rows[1].error!)" == "\(folder)/out: expected a folder that can be made, found a file in its place")
      try FileManager.default.removeItem(atPath: folder + "/out")

      let long = String(repeating: "n", count: 252) + ".p"
      try FileManager.default.copyItem(atPath: folder + "/in/a.png", toPath: folder + "/in/" + long)
      let named = restore(folder)
      #expect(named.count(.restored) == 2)
      #expect("\(named.rows[2].error!)".hasSuffix("expected an output's name of at most 255 bytes, found 258 bytes"))

      try write(picture(width: 33_000, height: 1, channels: 1), to: folder + "/in/wide.png")
      let wide = restore(folder, ["in/wide.png"], format: .jpeg)
      let webp = restore(folder, ["in/wide.png"], format: .webp)
      #expect("\(webp.rows[0].error!)".contains("at most 16383 pixels a side"))
      let found = "\(wide.rows[0].error!)"
      #expect(found.contains("at most 65500 pixels a side, which is what JPEG can hold, found 66000 x 2"))
    }
  }

  @Test func timesAreKeptOnRequest() throws {
    try withTemporaryFolder { folder in
      try photo(folder + "/in/a.png")
      let date = Date(timeIntervalSince1970: 1_000_000_000.5)
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder + "/in/a.png")
      var options = PhotoRestoration.Options()
      options.keepsTimes = true
      _ = restore(folder, options: options)
      let found = try FileManager.default.attributesOfItem(atPath: folder + "/out/a.png")[.modificationDate] as? Date
      #expect(found == date)
      #expect(statuses(restore(folder, options: options)) == ["a.png: skipped"])
    }
  }

  @Test func aStoppedBatchSaysWhatItHasNotReached() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b", "c"] { try photo("\(folder)/in/\(name).png") }
      let plan = RestorationPlan([folder + "/in"], to: .folder(folder + "/out"))
      var done = 0
      let report = PhotoRestoration(Restorer(smallModel(.x2))).run(
        plan, isStopped: { done == 1 },
        observe: { row in
          if row.status == .restored { done += 1 }
        })
      #expect(statuses(report) == ["a.png: restored", "b.png: not reached", "c.png: not reached"])
      #expect(!report.isComplete && report.text == "1 restored, 2 not reached")
    }
  }
}
