import Foundation
import RAMiTDiagnostics
import Testing

@testable import RAMiTReports
@testable import RAMiTRuns
@testable import RAMiTTraining

@Suite struct RunRecordTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func run(until stop: Int = .max) throws -> String {
    let path = folder.path + "/run"
    _ = try runToy(toyConfiguration(path)) { $0 >= stop }
    return path
  }

  // MARK: Starts

  @Test func everyStartIsWrittenDown() throws {
    let path = try run(until: 7)
    let configuration = try toyConfiguration(path)
    _ = try runToy(configuration, resume: true) { $0 >= 12 }
    _ = try toyTrainer(configuration, resume: true).run()
    let starts = try RunStarts(reading: path + "/environment.json").starts
    #expect(starts.map(\.firstIteration) == [0, 7, 12])
    #expect(starts.map(\.lastIteration) == [7, 12, 20])
    for start in starts {
      #expect(start.seed == 3 && start.parameters == 6 && start.plannedIterations == 20 && start.plannedEpochs == 4)
      #expect(start.environment == .current && start.seconds > 0)
      #expect(start.time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
    }
    let environment = starts[0].environment
    #expect(environment.version == Product.version && environment.cores > 0 && environment.threads > 0)
    #expect(!environment.system.isEmpty && !environment.processor.isEmpty && environment.swift.hasPrefix("6."))
  }

  /// What is only for people does not keep a run from going on, and is not thrown away.
  @Test func damagedStartsAreSetAside() throws {
    let path = try run(until: 7)
    try write("{\"starts\": [", to: path + "/environment.json")
    _ = try toyTrainer(toyConfiguration(path), resume: true).run()
    #expect(try RunStarts(reading: path + "/environment.json").starts.map(\.firstIteration) == [7])
    #expect(try String(contentsOfFile: path + "/environment.json.damaged", encoding: .utf8) == "{\"starts\": [")
    let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
    #expect(log.contains("left out of the report: \(path)/environment.json: expected the starts of a run as JSON"))
  }

  // MARK: Reading

  @Test func whatIsNoRunIsRefusedInOneLine() throws {
    func fault(_ path: String) -> InputError? {
      #expect(throws: InputError.self) { try RunRecord(reading: path, of: ToyArchitecture.self) { Issue.record($0) } }
    }
    #expect(fault(folder.path + "/none")?.found == "no such folder")
    #expect(fault(folder.path)?.found == "a folder without it")
    try write("x", to: folder.path + "/file")
    #expect(fault(folder.path + "/file")?.found == "a file")
    let path = try run(until: 3)
    let configuration = try String(contentsOfFile: path + "/config.yaml", encoding: .utf8)
    try write("task: x2\nmodle: 1\n", to: path + "/config.yaml")
    #expect(fault(path)?.location == path + "/config.yaml:2:1")
    try write(configuration, to: path + "/config.yaml")
    try FileManager.default.removeItem(atPath: path + "/metrics.jsonl")
    #expect(fault(path)?.location == path + "/metrics.jsonl")
  }

  @Test func whatCanBeReadIsReported() throws {
    let path = try run()
    let metrics = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8)
    var lines = metrics.split(separator: "\n").map(String.init)
    let whole = try RunRecord(reading: path, of: ToyArchitecture.self) { Issue.record($0) }
    #expect(whole.history.losses.count == 5 && whole.history.validations.count == 2 && whole.samples.count == 1)

    // A line that is being written is no fault.
    try write(metrics + "{\"epoch\":1,\"iter", to: path + "/metrics.jsonl")
    #expect(try RunRecord(reading: path, of: ToyArchitecture.self) { Issue.record($0) }.history == whole.history)

    lines[1] = "{\"epoch\":"
    lines[2] = #"{"epoch":1,"iteration":1e99,"kind":"training","loss":1,"rate":1}"#
    try write(lines.joined(separator: "\n") + "\n", to: path + "/metrics.jsonl")
    try write("no image", to: path + "/samples/leaves-0.png")
    try write("[]", to: path + "/environment.json")
    var faults: [InputError] = []
    let record = try RunRecord(reading: path, of: ToyArchitecture.self) { faults.append($0) }
    #expect(
      faults.map(\.location) == [path + "/metrics.jsonl:2", path + "/environment.json", path + "/samples/leaves-0.png"])
    #expect(faults[0].found == "'{\"epoch\":', the first of 2 such lines")
    #expect(record.history.losses.count + record.history.validations.count == 5)
    #expect(record.starts.starts.isEmpty && record.samples.isEmpty)
    // What is unknown is a dash.
    let cells = RunComparison([record]).lines[1].split(separator: " ")
    #expect(cells[2] == "-" && cells[3] == "20" && cells.last == "-")
  }

  @Test func numbersOfAnySizeAreReported() throws {
    let path = try run(until: 3)
    let large = "\(Int.max)", small = "\(Int.min)"
    try write(
      """
      {"epoch":\(large),"iteration":\(large),"kind":"training","loss":1e308,"rate":"NaN"}
      {"epoch":\(small),"iteration":\(small),"kind":"validation","psnr":"Infinity","ssim":1,"baselinePSNR":"-Infinity"}
      {"epoch":1,"iteration":1,"kind":"validation"}

      """, to: path + "/metrics.jsonl")
    let environment = try String(contentsOfFile: path + "/environment.json", encoding: .utf8)
    try write(
      environment.replacing(/"plannedIterations" : \d+/, with: "\"plannedIterations\" : \(Int.min)")
        .replacing(/"seconds" : [\d.e-]+/, with: "\"seconds\" : \"Infinity\""), to: path + "/environment.json")
    let record = try RunRecord(reading: path, of: ToyArchitecture.self) { Issue.record($0) }
    let comparison = RunComparison([record, record])
    #expect(comparison.lines[1].hasSuffix("?"))
    #expect(comparison.page.count > 1000 && RunComparison([record]).page.count > 1000)
  }
}
