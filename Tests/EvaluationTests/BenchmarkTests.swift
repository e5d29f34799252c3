import Diagnostics
import Foundation
import Testing

@testable import Evaluation

struct BenchmarkTests {
  @Test func namesOfCases() throws {
    #expect(try BenchmarkCase("infer:352x640").name == "infer:352x640")
    #expect(try BenchmarkCase("train:16x64").name == "train:16x64")
    for name in BenchmarkCase.standard { #expect(try BenchmarkCase(name).name == name) }
  }

  @Test(arguments: [
    "", "infer", "infer:", "infer:4", "infer:0x4", "infer:-1x4", "infer:4x4x4", "test:4x4", "infer:4x4:1", "infer:axb",
    "infer:65536x65536", "train:65536x65536", "infer:99999999999999999999x1", ":x", "x", ":",
  ])
  func otherNamesAreRefused(_ name: String) {
    #expect(throws: InputError.self) { try BenchmarkCase(name) }
  }

  /// The keys of the line, and seconds in order.
  @Test func linesOfJSON() throws {
    let line = try BenchmarkCase("infer:32x32").run(runs: 2, version: "1.2.3").json()
    #expect(!line.contains("\n"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["case"] as? String == "infer:32x32" && object["ramit"] as? String == "1.2.3")
    #expect(object["threads"] as? Int ?? 0 > 0 && object["peak_gb"] as? Double ?? 0 > 0)
    let seconds = try #require(object["seconds"] as? [String: Double])
    #expect(seconds["min"]! > 0 && seconds["min"]! <= seconds["median"]! && seconds["median"]! <= seconds["max"]!)
  }
}
