import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTInference

/// A batch that several processes restore.
struct RestorationShareTests {
  /// Nine photos, one of which is none; a folder that is not there; a file that is left out.
  private func makePhotos(_ folder: String) throws {
    for i in 0..<9 where i != 4 {
      try write(picture(width: 8, height: 8, channels: 3, seed: i), to: "\(folder)/in/\(i).png")
    }
    try Data("nothing".utf8).write(to: URL(fileURLWithPath: folder + "/in/4.png"))
    try Data("text".utf8).write(to: URL(fileURLWithPath: folder + "/in/notes.txt"))
  }

  private func plan(_ folder: String, _ output: String) -> RestorationPlan {
    RestorationPlan([folder + "/in", folder + "/none"], to: .folder(folder + "/" + output))
  }

  private func sent(_ report: RestorationReport) throws -> RestorationShare {
    try JSON.decode(RestorationShare.self, from: JSON.encode(RestorationShare(report)))
  }

  /// A report's JSON without times, for outputs in `out`.
  private func text(_ report: RestorationReport, _ output: String) throws -> String {
    try report.json([:]).split(separator: "\n").filter { !$0.contains("\"seconds\"") }.joined(separator: "\n")
      .replacing("/\(output)/", with: "/out/")
  }

  @Test(arguments: [1, 2, 3, 4, 12]) func sharesMakeTheBatch(_ count: Int) throws {
    try withTemporaryFolder { folder in
      try makePhotos(folder)
      let restoration = PhotoRestoration(Restorer(smallModel(.x2)))
      let whole = restoration.run(plan(folder, "whole"))
      let plans = (0..<count).map { _ in plan(folder, "out") }
      let shares = try plans.indices.map { rank in
        let record = RestorationRecord(folder: folder + "/out", writer: rank)
        return try sent(restoration.run(plans[rank].share(of: rank, count: count), record: record))
      }
      let joined = RestorationReport(shares, of: plans[0], seconds: 1)
      #expect(try text(joined, "out") == text(whole, "whole"))
      #expect(joined.rows.count == 11 && joined.text == "8 restored, 2 failed" && joined.seconds == 1)
      for i in 0..<9 where i != 4 {
        let files = try ["whole", "out"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/\(i).png")) }
        #expect(files[0] == files[1])
      }
      // Each has a record of its own, which the next run reads; joined they are one.
      #expect(restoration.run(plan(folder, "out")).count(.skipped) == 8)
      var record = RestorationRecord(folder: folder + "/out")
      try record.join()
      let records = try Folder.names(folder + "/out").filter { $0.hasPrefix(".") }
      #expect(records == [RestorationRecord.fileName])
      #expect(restoration.run(plan(folder, "out")).count(.skipped) == 8)
    }
  }

  @Test func aRecordThatWasCutOffIsJoined() throws {
    try withTemporaryFolder { folder in
      try makePhotos(folder)
      let restoration = PhotoRestoration(Restorer(smallModel(.x2)))
      for rank in 0..<2 {
        let record = RestorationRecord(folder: folder + "/out", writer: rank)
        _ = restoration.run(plan(folder, "out").share(of: rank, count: 2), record: record)
      }
      let first = URL(fileURLWithPath: folder + "/out/" + RestorationRecord.fileName)
      let bytes = try Data(contentsOf: first)
      try bytes.dropLast(20).write(to: first)
      var record = RestorationRecord(folder: folder + "/out")
      try record.join()
      // The line that was cut off came a second time, with the time of the file; the first one has its hash.
      #expect(restoration.run(plan(folder, "out")).count(.skipped) == 8)
    }
  }
}
