import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTTraining

/// Checkpoints that are not what was written.
@Suite struct DamageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// A run that was stopped after 13 iterations; its newest checkpoints are of 12 and 13.
  private func stopped(_ name: String) throws -> String {
    let path = folder.path + "/" + name
    #expect(try runToy(toyConfiguration(path)) { $0 >= 13 } == .stopped(iteration: 13))
    return path
  }

  /// The run as it is when nothing happens to it.
  private func uninterrupted() throws -> String {
    let path = folder.path + "/whole"
    _ = try toyTrainer(toyConfiguration(path)).run()
    return path
  }

  private func expectSame(_ path: String, _ whole: String, _ note: String) throws {
    for file in ["metrics.jsonl", "weights/last.safetensors", "weights/best.safetensors"] {
      #expect(try bytes("\(path)/\(file)") == bytes("\(whole)/\(file)"), "\(file) differs \(note)")
    }
  }

  @Test func aDamagedCheckpointIsSetAside() throws {
    let whole = try uninterrupted()
    for damage in ["flip", "cut", "empty", "position"] {
      let path = try stopped(damage)
      let newest = path + "/checkpoints/iteration-00000013.safetensors"
      var content = try bytes(newest)
      switch damage {
      case "flip": content[content.count - 5] ^= 4
      case "cut": content = content.prefix(content.count / 2)
      case "position":
        let place = try #require(content.range(of: Data("\\\"iteration\\\":13".utf8)))
        content[place.upperBound - 1] = UInt8(ascii: "4")
      default: content = Data()
      }
      try content.write(to: URL(fileURLWithPath: newest))
      _ = try toyTrainer(toyConfiguration(path), resume: true).run()
      try expectSame(path, whole, "after damage: \(damage)")
      #expect(FileManager.default.fileExists(atPath: newest + ".damaged"))
      let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
      #expect(log.contains("damaged and set aside: \(newest): "))
    }
  }

  @Test func allCheckpointsDamagedIsAnError() throws {
    let path = try uninterrupted()
    for name in try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints") {
      try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/checkpoints/" + name))
    }
    let error = #expect(throws: InputError.self) { try toyTrainer(toyConfiguration(path), resume: true) }
    #expect(error?.location == path + "/checkpoints/iteration-00000020.safetensors")
  }

  /// Each bit and each byte counts: what is not noticed changes nothing (the case of a hexadecimal digit, say).
  @Test func everyDamageIsNoticedOrHarmless() throws {
    let whole = try uninterrupted()
    let path = try stopped("sound")
    let name = "/checkpoints/iteration-00000013.safetensors"
    let sound = try bytes(path + name)
    var random = RandomNumbers(seed: 5)
    var noticed = 0
    let count = testSize(200, full: 2000)
    for number in 0..<count {
      var content = sound
      let place = random.below(sound.count)
      if number % 2 == 0 {
        content = sound.prefix(place)
      } else {
        content[place] ^= UInt8(1) << UInt8(random.below(8))
      }
      let copy = "\(path)-\(number)"
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      try content.write(to: URL(fileURLWithPath: copy + name))
      let trainer = try toyTrainer(toyConfiguration(copy), resume: true)
      if FileManager.default.fileExists(atPath: copy + name + ".damaged") {
        noticed += 1
      } else {
        _ = try trainer.run()
        try expectSame(copy, whole, "though damage \(number) at byte \(place) was not noticed")
      }
      try FileManager.default.removeItem(atPath: copy)
    }
    #expect(Double(noticed) > 0.95 * Double(count), "\(noticed) of \(count)")
  }

  @Test func aCheckpointUnderAnotherNameIsSetAside() throws {
    let whole = try uninterrupted()
    let path = try stopped("renamed")
    let folder = path + "/checkpoints/iteration-"
    try FileManager.default.copyItem(
      atPath: folder + "00000012.safetensors", toPath: folder + "00000015.safetensors")
    for stray in ["0000013", "+0000014", "00000014.safetensors.damaged"] {
      try Data("stray".utf8).write(to: URL(fileURLWithPath: folder + stray + ".safetensors"))
    }
    _ = try toyTrainer(toyConfiguration(path), resume: true).run()
    try expectSame(path, whole, "after a stray checkpoint")
    let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
    #expect(log.contains("found the one after iteration 12") && log.contains("resumed after iteration 13"))
  }

  /// Nothing is overwritten because it cannot be seen.
  @Test func checkpointsOutOfSightAreAnError() throws {
    let path = try stopped("hidden")
    let checkpoints = path + "/checkpoints"
    try FileManager.default.moveItem(atPath: checkpoints, toPath: path + "/elsewhere")
    try Data().write(to: URL(fileURLWithPath: checkpoints))
    let before = try bytes(path + "/metrics.jsonl")
    let error = #expect(throws: InputError.self) { try toyTrainer(toyConfiguration(path), resume: true) }
    #expect(error?.location == checkpoints)
    #expect(try bytes(path + "/metrics.jsonl") == before)
  }
}
