import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTMachine
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTInference

/// How much memory a photo takes, and what is done where there is less.
///
/// A model's memory is measured by what the whole process's tensors take, so each test has a process of its own.
@Suite struct RestorationMemoryTests {
  /// What is said of a photo: the note, the error, or none.
  private static func said(_ restorer: Restorer, _ photo: PhotoSize, left: Int) -> String {
    do {
      return try restorer.fitting("a.png", photo, left: left).note ?? "none"
    } catch { return "\(error)" }
  }

  @Test func estimatesMeetTheMeasuredPeak() async {
    await #expect(processExitsWith: .success) {
      func check(_ restorer: Restorer, _ width: Int, _ height: Int, channels: Int = 3) throws {
        let photo = picture(width: width, height: height, channels: channels)
        let estimate = restorer.tensorBytes(PhotoSize(photo), tile: restorer.tile)
        let measured = Double(try StoragePool.shared.peakGrowth { _ = try restorer.restore(photo) })
        #expect(
          abs(estimate - measured) < 0.2 * measured,
          "\(width) x \(height) x \(channels), \(restorer.task), tile \(restorer.tile ?? 0): \(estimate), \(measured)")
      }
      var restorer = Restorer(smallModel(.x2))
      for (width, height) in [
        (64, 48), (64, 64), (97, 131), (128, 96), (33, 600), (600, 33), (256, 256), (320, 200), (500, 375), (640, 480),
      ] {
        try check(restorer, width, height)
      }
      for channels in [1, 2, 4] { try check(restorer, 200, 150, channels: channels) }
      restorer.selfEnsemble = true
      try check(restorer, 150, 100)
      restorer.tile = 32
      try check(restorer, 300, 260)
      restorer.selfEnsemble = false
      for (tile, overlap) in [(32, 32), (64, 0), (128, 64), (1024, 32)] {
        (restorer.tile, restorer.overlap) = (tile, overlap)
        try check(restorer, 400, 333)
      }
      try check(Restorer(smallModel(.x4)), 128, 160)
      try check(Restorer(smallModel(.lle)), 300, 200)
      for channels in [1, 3] { try check(Restorer(smallModel(.graydn)), 260, 190, channels: channels) }
      try check(Restorer(RAMiT(RAMiTVariant.slimLLE.configuration(for: .lle))), 192, 128)
    }
  }

  /// What fits stays whole; what does not goes in the largest tiles that do, and a line says so.
  @Test func tilesAreChosenByTheMemory() async {
    await #expect(processExitsWith: .success) {
      let restorer = Restorer(smallModel(.x2))
      let photo = PhotoSize(width: 1000, height: 700)
      let whole = try restorer.fitting("a.png", photo, left: 1 << 40)
      #expect(whole.note == nil && whole.restorer.tile == nil)
      #expect(try restorer.fitting("a.png", photo, left: whole.bytes + 1).note == nil)

      let tiled = try restorer.fitting("a.png", photo, left: whole.bytes / 2)
      let side = try #require(tiled.restorer.tile)
      #expect(tiled.bytes <= whole.bytes / 2 && side % 32 == 0 && side < 1000)
      #expect(tiled.note?.hasPrefix("in tiles of \(side) x \(side), as the whole would take about 0.") == true)
      // The next larger tiles would not fit.
      var larger = restorer
      larger.tile = side + 32
      #expect(
        RestorationMemoryTests.said(larger, photo, left: whole.bytes / 2).contains(
          "in tiles of \(side + 32)"))
      // Less memory, smaller tiles.
      let least = try restorer.fitting("a.png", photo, left: whole.bytes / 3)
      #expect(try #require(least.restorer.tile) < side && least.bytes < tiled.bytes)
    }
  }

  @Test func whatFitsInNoTilesIsRefused() async {
    await #expect(processExitsWith: .success) {
      var restorer = Restorer(smallModel(.x2))
      let photo = PhotoSize(width: 8000, height: 6000)
      #expect(
        RestorationMemoryTests.said(restorer, photo, left: 1 << 30)
          == "a.png: expected a smaller image, for 1.1 GB of memory, found 8000 x 6000 pixels, for about 1.7 GB in the"
          + " smallest tiles, of which the whole output takes 0.6 GB")
      // A whole output of numbers takes four times as much.
      let numbers = #expect(throws: InputError.self) {
        try restorer.fitting("a.png", photo, into: .tensor, left: 1 << 30)
      }
      #expect(numbers?.found.hasSuffix("the whole output takes 2.3 GB") == true, "\(numbers?.found ?? "")")
      // Tiles that were asked for are not changed.
      restorer.tile = 4096
      let text = RestorationMemoryTests.said(restorer, photo, left: 2 << 30)
      #expect(text.hasPrefix("a.png: expected tiles of at most "), "\(text)")
      #expect(text.contains("for 2.1 GB of memory, found 8000 x 6000 pixels in tiles of 4096, for about "), "\(text)")
      restorer.tile = 256
      #expect(RestorationMemoryTests.said(restorer, photo, left: 2 << 30) == "none")
    }
  }

  /// Under a limit of addresses the system may refuse what the estimate lets pass: tiles of a smaller size are taken,
  /// and a line says why.
  @Test func whatTheSystemRefusesGoesInSmallerTiles() async {
    await #expect(processExitsWith: .success) {
      // Before the pool asks for its addresses.
      try limitAddresses(beyondUse: 400 << 20)
      try MachineMemory().prepareAddresses(threads: 4)
      var restorer = Restorer(smallModel(.x2))
      let photo = picture(width: 1600, height: 1200, channels: 3), size = PhotoSize(photo)
      let fit = try restorer.fitting("a.png", size, left: 1 << 40)
      let side = try #require(fit.restorer.tile), note = try #require(fit.note)
      #expect(note.hasPrefix("in tiles of \(side) x \(side), as the whole would take about "))
      #expect(note.hasSuffix(" GB and the system refuses it"), "\(note)")
      let restored = try fit.restorer.restore(photo)
      #expect(restored.width == 3200 && restored.height == 2400)

      // Tiles that were asked for are not changed.
      restorer.tile = 1600
      let text = RestorationMemoryTests.said(restorer, size, left: 1 << 40)
      #expect(text.hasPrefix("a.png: expected tiles of at most "), "\(text)")
      #expect(text.hasSuffix(", which the system refuses"), "\(text)")
      restorer.tile = nil
      let huge = RestorationMemoryTests.said(restorer, PhotoSize(width: 16000, height: 12000), left: 1 << 40)
      #expect(huge.hasPrefix("a.png: expected a smaller image, found 16000 x 12000 pixels, for about "), "\(huge)")
      #expect(huge.hasSuffix(", which the system refuses"), "\(huge)")
    }
  }

  /// A photo that does not fit is restored in tiles, from file to file, and its line says so. The limit holds for the
  /// whole process.
  @Test func aPhotoLargerThanTheMemoryIsRestored() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let input = "\(folder)/in/a.png", output = "\(folder)/out"
        try write(picture(width: 800, height: 600, channels: 3), to: input)
        var restorer = Restorer(smallModel(.x2))
        let whole = try restorer.fitting("a.png", PhotoSize(width: 800, height: 600), left: 1 << 40)
        StoragePool.shared.trim()
        ProcessMemory.resetPeak()
        let limit = ProcessMemory.resident + whole.bytes * 6 / 10
        restorer.budget.limit = limit
        let plan = RestorationPlan([input], to: .folder(output))
        let report = PhotoRestoration(restorer).run(plan)
        let row = try #require(report.rows.first)
        #expect(row.status == .restored && row.tile != nil && row.line?.contains(", in tiles of ") == true)
        #expect(ProcessMemory.peak <= limit, "\(ProcessMemory.peak) of \(limit)")
        let restored = try ImageFile.size("\(output)/a.png")
        #expect(restored.width == 1600 && restored.height == 1200)
      }
    }
  }
}
