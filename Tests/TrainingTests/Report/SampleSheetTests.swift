import RAMiTImaging
import RAMiTMetrics
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTRuns
import RAMiTTensorCore
import Testing

/// Sheets with words below the panels: the panels are found again, in sheets with words and without.
@Suite struct SampleSheetTests {
  private func sheet(
    _ task: RestorationTask, side: Int = 96, score: Score? = Score(psnr: 31.523, ssim: 0.9)
  ) -> SampleSheet {
    let target = picture(width: side, height: side, channels: task.channels)
    let input = picture(width: side / task.scale, height: side / task.scale, channels: task.channels, seed: 1)
    return SampleSheet(
      input: input.tensor(), baseline: task.isSuperResolution ? task.baseline(input) : nil,
      restored: picture(width: side, height: side, channels: task.channels, seed: 2), target: target, task: task,
      score: score, baselineScore: score.map { _ in Score(psnr: 28, ssim: 0.8) })
  }

  @Test(arguments: RestorationTask.allCases) func panelsAreFoundAgain(task: RestorationTask) throws {
    let words = sheet(task), plain = sheet(task, score: nil)
    #expect(words.panels == plain.panels && plain.captions.isEmpty)
    let count = SampleSheet.titles(task).count
    #expect(words.panels.count == count && words.captions.count == count)
    let (tall, short) = (words.image, plain.image)
    #expect(tall.height == short.height + 20 && tall.width == short.width && tall.channels == task.channels)
    // The panels are where they were.
    #expect(tall.cropped(x: 0, y: 0, width: short.width, height: short.height) == short)
    for image in [tall, short] { #expect(try #require(SampleSheet(image, panels: count)).panels == words.panels) }
    // The words change nothing in what pages and TensorBoard show.
    let strip = try RunSample(words, of: task, path: "a.png").strip
    let plainStrip = try RunSample(plain, of: task, path: "a.png").strip
    #expect(strip == plainStrip && strip == short)
  }

  @Test func captionsTellScores() {
    #expect(
      sheet(.x2).captions.map(\.first) == ["input", "bicubic  28.00 dB", "restored  31.52 dB", "target"])
    #expect(sheet(.dn).captions.map(\.first) == ["noisy  28.00 dB", "restored  31.52 dB", "target"])
    #expect(sheet(.dr, score: Score(psnr: .infinity, ssim: 1)).captions[1] == ["restored  ∞ dB", "∞ dB", "∞"])
  }

  @Test func wordsAreBelowTheirPanel() throws {
    for side in [16, 48, 96] {
      let image = sheet(.dn, side: side).image
      guard case .uint8(let values) = image.samples else { return }
      func hasInk(_ columns: Range<Int>) -> Bool {
        (side..<side + 20).contains { y in columns.contains { x in values[3 * (y * image.width + x)] < 128 } }
      }
      // A panel of 16 pixels has no room for any.
      for panel in 0..<3 {
        let left = panel * (side + 4)
        #expect(hasInk(left..<left + side) == (side > 16), "\(side), \(panel)")
        if panel > 0 { #expect(!hasInk(left - 4..<left)) }
      }
    }
  }

  /// White at the bottom of photos is no place for words.
  @Test func whitePhotosAreNoWords() throws {
    let white = Image(width: 64, height: 40, channels: 3, samples: .uint8([UInt8](repeating: 255, count: 64 * 40 * 3)))
    let pale = Image(width: 64, height: 40, channels: 3, samples: .uint8([UInt8](repeating: 254, count: 64 * 40 * 3)))
    for panel in [white, pale] {
      let sheet = try #require(SampleSheet(SampleSheet(panels: [panel, panel, panel]).image, panels: 3))
      #expect(sheet.panels == [panel, panel, panel])
    }
  }
}
