import Diagnostics
import Foundation
import Serialization
import Synchronization
import Testing
import Training

@Suite struct ResumeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The run as it is when nothing interrupts it.
  private func uninterrupted(_ settings: [String] = []) throws -> String {
    let path = folder.path + "/whole"
    _ = try toyTrainer(toyConfiguration(path, settings: settings)).run()
    return path
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Every file that a run is judged by is the same, byte for byte.
  private func expectSame(_ path: String, _ whole: String, _ note: String) throws {
    for file in ["metrics.jsonl", "weights/last.safetensors", "weights/best.safetensors"] {
      #expect(try bytes("\(path)/\(file)") == bytes("\(whole)/\(file)"), "\(file) differs \(note)")
    }
    let name = "checkpoints/iteration-00000020.safetensors"
    let (ours, theirs) = (try SafeTensors.read("\(path)/\(name)"), try SafeTensors.read("\(whole)/\(name)"))
    #expect(ours.map(\.name) == theirs.map(\.name))
    for (name, tensor) in ours { #expect(tensor.array == theirs[name]?.array, "\(name) differs \(note)") }
  }

  @Test func aRunThatWasStoppedEndsWithTheSameBits() throws {
    let whole = try uninterrupted()
    for stops in [[1], [2, 3, 4], [5], [7, 12], [10], [19], Array(1..<20)] {
      let path = folder.path + "/stopped-\(stops.count)-\(stops[0])"
      let configuration = try toyConfiguration(path)
      for (turn, stop) in stops.enumerated() {
        let steps = stop - (turn == 0 ? 0 : stops[turn - 1])
        let left = Atomic<Int>(steps)
        let outcome = try toyTrainer(configuration, resume: turn > 0).run {
          left.subtract(1, ordering: .relaxed).newValue == 0
        }
        #expect(outcome == .stopped(iteration: stop))
      }
      let outcome = try toyTrainer(configuration, resume: true).run()
      guard case .finished(let best?) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(best.result.psnr > 10 && best.result.baselinePSNR > 15)
      try expectSame(path, whole, "after stops at \(stops)")
    }
  }

  /// A copy of the folder between a step and what is saved after it is what a killed process would leave.
  @Test func aRunThatWasKilledEndsWithTheSameBits() throws {
    let whole = try uninterrupted()
    var iteration = 0
    let path = folder.path + "/killed"
    _ = try toyTrainer(toyConfiguration(path)).run {
      iteration += 1
      try! FileManager.default.copyItem(atPath: path, toPath: "\(path)-\(iteration)")
      return false
    }
    #expect(iteration == 20)
    for iteration in 1...20 {
      let copy = "\(path)-\(iteration)"
      // What was being written when the process died.
      try Data("half".utf8).write(to: URL(fileURLWithPath: copy + "/checkpoints/.half.tmp"))
      try Data("{\"kind\":\"training\",\"epo".utf8).append(to: copy + "/metrics.jsonl")
      _ = try toyTrainer(toyConfiguration(copy), resume: true).run()
      try expectSame(copy, whole, "after a kill at \(iteration)")
      #expect(!FileManager.default.fileExists(atPath: copy + "/checkpoints/.half.tmp"))
    }
  }

  @Test func loaderThreadsDoNotMatter() throws {
    let whole = try uninterrupted()
    let path = folder.path + "/threads"
    _ = try toyTrainer(
      toyConfiguration(path, settings: ["data.loader.threads=5", "data.loader.ahead=7"])
    ).run()
    for file in ["metrics.jsonl", "weights/last.safetensors"] {
      #expect(try bytes("\(path)/\(file)") == bytes("\(whole)/\(file)"))
    }
  }

  @Test func moreEpochsGoOnFromTheEnd() throws {
    let path = folder.path + "/longer"
    _ = try toyTrainer(toyConfiguration(path)).run()
    let outcome = try toyTrainer(toyConfiguration(path, settings: ["schedule.epochs=6"]), resume: true).run()
    guard case .finished = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let whole = folder.path + "/whole"
    _ = try toyTrainer(toyConfiguration(whole, settings: ["schedule.epochs=6"])).run()
    #expect(try bytes(path + "/weights/last.safetensors") == bytes(whole + "/weights/last.safetensors"))
  }

  @Test func aFinishedRunStaysAsItIs() throws {
    let path = try uninterrupted()
    let before = try bytes(path + "/metrics.jsonl")
    guard case .finished(let best?) = try toyTrainer(toyConfiguration(path), resume: true).run() else {
      Issue.record("the run is not finished")
      return
    }
    #expect(best.iteration > 0)
    #expect(try bytes(path + "/metrics.jsonl") == before)
  }

  @Test func aDamagedCheckpointIsSetAside() throws {
    let whole = try uninterrupted()
    let path = folder.path + "/damaged"
    let newest = path + "/checkpoints/iteration-00000013.safetensors"
    for damage in ["flip", "cut", "empty", "position"] {
      try? FileManager.default.removeItem(atPath: path)
      var left = 13
      _ = try toyTrainer(toyConfiguration(path)).run {
        left -= 1
        return left == 0
      }
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
      #expect(log.contains("damaged, and set aside: \(newest): "))
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

  @Test func aChangedConfigurationIsRefusedByItsKeys() throws {
    let path = try uninterrupted()
    let error = #expect(throws: InputError.self) {
      try toyTrainer(toyConfiguration(path, settings: ["data.train.batch=5", "optimizer.epsilon=1e-6"]), resume: true)
    }
    #expect(error?.location == path)
    #expect(error?.found == "other values of data.train.batch, optimizer.epsilon")
  }

  @Test func aFolderThatHoldsARunIsNotOverwritten() throws {
    let path = try uninterrupted()
    let error = #expect(throws: InputError.self) { try toyTrainer(toyConfiguration(path)) }
    #expect(error?.description.contains("--resume") == true)
  }

  @Test func onlyOneProcessTrainsInAFolder() throws {
    let path = folder.path + "/locked"
    let first = try toyTrainer(toyConfiguration(path))
    let error = #expect(throws: InputError.self) { try toyTrainer(toyConfiguration(path), resume: true) }
    #expect(error?.expected == "a folder that no other process trains in")
    _ = try first.run()
  }
}

extension Data {
  fileprivate func append(to path: String) throws {
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: self)
    try file.close()
  }
}
