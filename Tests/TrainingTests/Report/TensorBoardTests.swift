import Foundation
import RAMiTFiles
import RAMiTImaging
import Testing

@testable import RAMiTReports
@testable import RAMiTRuns
@testable import RAMiTTraining

@Suite struct TensorBoardTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let events = "tensorboard/events.out.tfevents.ramit"

  /// RFC 3720, B.4, and the check value of the Castagnoli polynomial.
  @Test func checksumsAreThoseOfTheStandard() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46dd_794e)
    #expect(CRC32C.checksum((0..<32).map { UInt8(31 - $0) }) == 0x113f_db5c)
    #expect(CRC32C.checksum([]) == 0)
  }

  /// The head of every file of events: 24 bytes that begin 18 00 00 00 00 00 00 00 a3 7f 4b 22.
  @Test func recordsAreFramed() {
    let message = Event.version(time: 0).bytes
    #expect(message.count == 24)
    let record = EventFile.record(of: message)
    #expect(record.count == 24 + 16)
    #expect(Array(record.prefix(12)) == [24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22])
    #expect(Array(record[12..<36]) == [9, 0, 0, 0, 0, 0, 0, 0, 0, 26, 13] + Array("brain.Event:2".utf8))
  }

  @Test func messagesAreReadBack() throws {
    let path = folder.path + "/events"
    let file = try EventFile(path)
    try file.truncate(to: 0)
    let large = [UInt8]((0..<70_000).map { UInt8(truncatingIfNeeded: $0 * 7) })
    try file.append(
      Event(
        time: 1_700_000_000.25, step: 5_000_000_000,
        summaries: [
          .scalar("a/b", 0.125), .scalar("größe", -.infinity), .scalar("", 0),
          .image("i", width: 300, height: 2, channels: 3, file: large),
        ]))
    try file.append(Event(time: 0, step: 0, summaries: []))
    let events = try EventReader(path).events
    #expect(events.count == 3)
    #expect(events[0].version == "brain.Event:2" && events[0].values.isEmpty)
    #expect(events[1].time == 1_700_000_000.25 && events[1].step == 5_000_000_000)
    #expect(events[1].values.map(\.tag) == ["a/b", "größe", "", "i"])
    #expect(events[1].values.map(\.scalar) == [0.125, -.infinity, 0, nil])
    let image = try #require(events[1].values[3].image)
    #expect(image.height == 2 && image.width == 300 && image.colors == 3 && image.file == large)
    #expect(events[2] == EventReader.Event())
  }

  /// Whatever is behind the last whole record goes, be it of a killed process or of another program.
  @Test func onlyWholeRecordsStay() throws {
    let path = folder.path + "/events"
    var sizes: [UInt64] = []
    do {
      let file = try EventFile(path)
      try file.truncate(to: 0)
      for step in 0..<4 {
        sizes.append(try file.file.size())
        try file.append(Event(time: 0, step: step, summaries: [.scalar("x", 1)]))
      }
      sizes.append(try file.file.size())
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    func kept(_ data: Data, cutTo bytes: UInt64 = .max) throws -> Int {
      try data.write(to: URL(fileURLWithPath: path))
      try EventFile(path).truncate(to: bytes)
      return try EventReader(path).events.count
    }
    for (count, size) in sizes.enumerated() {
      #expect(try kept(whole, cutTo: size) == count + 1)
      #expect(try kept(whole.prefix(Int(size) - 1)) == max(1, count))
      #expect(try kept(whole.prefix(Int(size)) + Data("no record, but long enough".utf8)) == count + 1)
    }
    #expect(try kept(Data([UInt8](repeating: 0xff, count: 100))) == 1)
    var damaged = whole
    damaged[Int(sizes[1]) + 20] ^= 1
    #expect(try kept(damaged) == 2)
  }

  @Test func aRunIsThereOnce() throws {
    let path = folder.path + "/run"
    _ = try toyTrainer(toyConfiguration(path)).run()
    let reader = try EventReader("\(path)/\(events)")
    #expect(reader.events[0].version == "brain.Event:2")
    #expect(reader.events.dropFirst().allSatisfy { $0.version == nil && $0.time > 1.7e9 && !$0.values.isEmpty })
    for tag in ["training/loss", "training/rate", "training/images per second"] {
      #expect(reader.steps(tag) == [4, 8, 12, 16, 20])
    }
    for tag in ["validation/PSNR", "validation/SSIM", "baseline/PSNR", "samples/leaves-0"] {
      #expect(reader.steps(tag) == [10, 20])
    }
    let history = try RunHistory(reading: path + "/metrics.jsonl") { Issue.record($0) }
    #expect(reader.scalars("training/loss") == history.losses.map { Float($0.y) })
    #expect(reader.scalars("validation/PSNR") == history.validations.map { Float($0.psnr!) })
    #expect(reader.scalars("baseline/SSIM") == history.validations.map { Float($0.baselineSSIM!) })
    // The image is the sheet that is in the folder, without its words; a larger one would be cut to its middle.
    let image = try #require(reader.events.last { $0.values[0].image != nil }?.values[0].image)
    let file = try ImageFile.read(path + "/samples/leaves-0.png")
    let sheet = file.cropped(x: 0, y: 0, width: file.width, height: file.height - 20)
    #expect(try ImageFile.decode(image.file, from: "the event") == sheet)
    #expect(image.width == UInt64(sheet.width) && image.height == UInt64(sheet.height) && image.colors == 3)
  }

  /// What a run that was stopped or killed leaves is what an uninterrupted one leaves, but for times.
  @Test func resumingLeavesNoStepTwice() throws {
    func events(_ path: String) throws -> [EventReader.Event] {
      try EventReader("\(path)/\(self.events)").events.map { event in
        var event = event
        event.time = 0
        for index in event.values.indices where event.values[index].tag.hasSuffix("per second") {
          event.values[index].scalar = 0
        }
        return event
      }
    }
    let whole = folder.path + "/whole"
    _ = try toyTrainer(toyConfiguration(whole)).run()
    let path = folder.path + "/run"
    let configuration = try toyConfiguration(path)
    struct Killed: Error {}
    for stop in [5, 9, 11, 14] {
      // Killed: what came after the last checkpoint, of iteration 3, 6, 9 or 12, is in the files.
      #expect(throws: Killed.self) {
        let trainer = try toyTrainer(configuration, resume: true) { step in step >= stop ? .nan : 1 }
        do {
          _ = try trainer.run()
        } catch { throw Killed() }
      }
      #expect(try EventReader("\(path)/\(self.events)").events.count > 1)
    }
    _ = try runToy(configuration, resume: true) { $0 >= 17 }
    _ = try toyTrainer(configuration, resume: true).run()
    #expect(try events(path) == events(whole))
  }

  /// A file that was lost, or a checkpoint that knows of none, does not keep a run from going on.
  @Test func aLostFileIsBegunAnew() throws {
    let path = folder.path + "/run"
    let configuration = try toyConfiguration(path)
    _ = try runToy(configuration) { $0 >= 11 }
    try FileManager.default.removeItem(atPath: path + "/tensorboard")
    _ = try toyTrainer(configuration, resume: true).run()
    let reader = try EventReader("\(path)/\(events)")
    #expect(reader.events[0].version == "brain.Event:2")
    #expect(reader.steps("training/loss") == [12, 16, 20])
    let state = #"{"iteration":1,"lossCount":0,"lossSum":0,"logBytes":1,"metricsBytes":2,"steps":1}"#
    #expect(try JSON.decode(TrainingState.self, from: state).eventBytes == nil)
  }
}
