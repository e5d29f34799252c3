import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModels
import Synchronization
import Testing

@testable import RAMiTTraining

@Suite struct TrainingDataTests {
  private let temporary: TemporaryFolder
  private var folder: String { temporary.path }

  init() throws { temporary = try TemporaryFolder() }

  private func write(_ image: Image?, _ name: String) throws {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    if let image {
      try ImageFile.write(image, to: path)
    } else {
      try Data("no image".utf8).write(to: URL(fileURLWithPath: path))
    }
  }

  private func image(_ number: Int) -> Image { DeadLeaves(seed: 3).image(number, width: 40, height: 32) }

  private func configuration(_ task: String, _ train: String) throws -> BuiltInRun {
    try BuiltInRun(
      yaml: "task: \(task)\ndata:\n  train: {patch: 16, batch: 4, \(train)}\n", file: "c.yaml")
  }

  @Test(arguments: RestorationTask.allCases) func everyTaskCanBeDrawn(task: RestorationTask) throws {
    let data = try TrainingData(configuration(task.rawValue, "type: procedural, samplesPerEpoch: 8").training)
    let batch = try data.samples.batch(iteration: 1)
    #expect(batch.input.shape.dimensions == [4, 16, 16, task.channels])
    #expect(batch.target.shape.dimensions == [4, 16 * task.scale, 16 * task.scale, task.channels])
    #expect(batch.input.array != batch.target.array)
  }

  @Test func aUnionFindsItsMembersAndRepeatsThem() throws {
    for number in 0..<3 { try write(image(number), "LOL/our485/high/\(number).png") }
    for number in 0..<3 { try write(image(number), "LOL/our485/low/\(number).png") }
    for (part, count) in [("Cap-Full/VE-LOL-L-Cap", 2), ("Syn/VE-LOL-L-Syn", 1)] {
      for number in 0..<count {
        let (high, low) = part.hasPrefix("Cap") ? ("normal0\(number)", "low0\(number)") : ("\(number)", "\(number)")
        try write(image(number), "VE-LOL/VE-LOL-L-\(part)-Normal_train/\(high).png")
        try write(image(number), "VE-LOL/VE-LOL-L-\(part)-Low_train/\(low).png")
      }
    }
    func samples(_ more: String) throws -> Int {
      try TrainingData(
        configuration("lle", "type: dataset, name: LOL+VE-LOL, root: \(folder), repeat: 14.006\(more)").training
      )
      .samples.samplesPerEpoch
    }
    #expect(try samples("") == 84)
    #expect(try samples(", memberRepeat: [2, 1.5]") == 140)
    #expect(throws: InputError("data.train.memberRepeat", expected: "2 factors, for LOL, VE-LOL", found: "1")) {
      try samples(", memberRepeat: [2]")
    }
    let absent = #expect(throws: InputError.self) {
      try TrainingData(configuration("dr", "type: dataset, name: Rain13K, root: \(folder)").training)
    }
    #expect(absent?.location == folder && absent?.expected.contains("github.com/swz30/MPRNet") == true)
  }

  @Test func aBadImageStopsTheRunOrIsSkippedWithinTheCap() throws {
    for number in 0..<8 {
      try write(image(number), "HQ/\(number).png")
      if number != 6 { try write(image(number), "LQ/\(number).png") }
    }
    try write(nil, "LQ/2.png")
    // Its header is whole, its pixels are not: it is found only when it is read.
    let broken = URL(fileURLWithPath: folder + "/HQ/4.png")
    let bytes = try Data(contentsOf: broken)
    try bytes.prefix(bytes.count / 2).write(to: broken)
    let skipped = Mutex<[String]>([])
    func read(_ more: String) throws {
      let settings = try configuration("dr", "type: folder, path: \(folder)\(more)")
      let data = try TrainingData(settings.training) { error in
        skipped.withLock { $0.append(String(error.location.suffix(8))) }
      }
      for iteration in 0..<4 { _ = try data.samples.batch(iteration: iteration) }
    }
    let first = #expect(throws: InputError.self) { try read("") }
    #expect(first?.location == folder + "/HQ/6.png")
    try read(", onBadImage: skip, maximumSkipped: 3")
    #expect(skipped.withLock { Set($0) } == ["HQ/6.png", "LQ/2.png", "HQ/4.png"])
    let tooMany = #expect(throws: InputError.self) { try read(", onBadImage: skip, maximumSkipped: 2") }
    #expect(tooMany?.location == folder + "/HQ/4.png" && tooMany?.found.contains("3 images have faults") == true)
    let many = #expect(throws: InputError.self) { try read(", onBadImage: skip, maximumSkipped: 1") }
    #expect(many?.location == folder + "/LQ/2.png")
    try FileManager.default.removeItem(atPath: folder + "/HQ/6.png")
    try write(image(2), "LQ/2.png")
    let late = #expect(throws: InputError.self) { try read("") }
    #expect(late?.location == folder + "/HQ/4.png")
  }

  @Test func aDecodedCacheGivesTheSameBatches() throws {
    for number in 0..<5 { try write(image(number), "HQ/\(number).png") }
    let files = (0..<5).map { "\(folder)/HQ/\($0).png" }
    try DecodedCache.write(files, of: folder, to: folder + "/set.cache")
    func batch(_ more: String) throws -> [Float] {
      try TrainingData(configuration("x2", "type: folder, path: \(folder)\(more)").training).samples.batch(iteration: 0)
        .input.array
    }
    #expect(try batch("") == batch(", decoded: \(folder)/set.cache"))
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 9)], ofItemAtPath: files[3])
    let stale = #expect(throws: InputError.self) { try batch(", decoded: \(folder)/set.cache") }
    #expect(stale?.found == "\(files[3]) has changed since")
  }
}
