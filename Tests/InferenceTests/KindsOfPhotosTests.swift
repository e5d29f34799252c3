import Foundation
import RAMiTFiles
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTInference

/// Photos of every kind, from file to file.
struct KindsOfPhotosTests {
  /// Every kind of PNG keeps its channels and its depth, and every way to hold a photo ends upright, with its tag
  /// reset.
  @Test func everyKindIsRestoredAsItIs() throws {
    let fixtures = projectFile("Tests/ImagingTests/Fixtures")
    let names = try Folder.names(fixtures).filter { name in
      name.hasSuffix(".png") && !name.hasPrefix("bicubic") && name != "text-chunk-2gb.png"
        || name.hasPrefix("orientation")
    }
    #expect(names.count >= 48)
    try withTemporaryFolder { folder in
      for name in names {
        try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(fixtures)/\(name)", toPath: "\(folder)/in/\(name)")
      }
      let restorer = Restorer(smallModel(.x2))
      let plan = RestorationPlan([folder + "/in"], to: .folder(folder + "/out"), naming: .init(keepsSuffix: true))
      let report = PhotoRestoration(restorer).run(plan)
      #expect(report.count(.restored) == names.count, "\(report.text)")
      for row in report.rows {
        let photo = try ImageFile.load(try bytes(row.input), from: row.input)
        let restored = try ImageFile.load(try bytes(#require(row.output)), from: "restored")
        #expect(restored.image == (try restorer.restore(photo.image)), "\(row.input)")
        #expect(restored.image.channels == photo.image.channels && restored.image.bitDepth == photo.image.bitDepth)
        #expect(restored.image.width == 2 * photo.image.width && restored.image.height == 2 * photo.image.height)
        #expect(restored.notes == [], "\(row.input)")
      }
    }
  }

  private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  /// A soft edge over black, as editors write it: the colours under it are those of the disk, whatever is hidden
  /// beside.
  @Test(arguments: [0, 255]) func softEdgesHaveNoFringe(hidden: UInt8) throws {
    let side = 40
    var values: [UInt8] = []
    for y in 0..<side {
      for x in 0..<side {
        let (dx, dy) = (Double(x) - 19.5, Double(y) - 19.5)
        let alpha = UInt8(min(255, max(0, (16 - (dx * dx + dy * dy).squareRoot()) * 50)))
        values += alpha == 0 ? [hidden, hidden, hidden, 0] : [200, 90, 40, alpha]
      }
    }
    let restorer = Restorer(smallModel(.x2))
    let disk = Image(width: side, height: side, channels: 4, samples: .uint8(values))
    let opaque = Image(
      width: side, height: side, channels: 3,
      samples: .uint8((0..<side * side).flatMap { _ in [200, 90, 40] as [UInt8] }))
    let restored = try restorer.restore(disk), expected = try restorer.restore(opaque)
    guard case .uint8(let result) = restored.samples, case .uint8(let plain) = expected.samples else {
      Issue.record("8 bits were expected")
      return
    }
    var visible = 0, worst = 0
    for pixel in 0..<4 * side * side where result[4 * pixel + 3] > 0 {
      visible += 1
      for c in 0..<3 { worst = max(worst, abs(Int(result[4 * pixel + c]) - Int(plain[3 * pixel + c]))) }
    }
    #expect(visible > 2500 && worst <= 1, "\(visible) visible pixels, \(worst) levels from the disk's colour")
  }
}
