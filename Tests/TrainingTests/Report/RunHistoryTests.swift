import RAMiTRuns
import Testing

/// What a long run keeps of its metrics in memory.
struct RunHistoryTests {
  private func validation(_ iteration: Int, psnr: Double, onOtherImages: Bool = false) -> MetricsLine {
    var line = MetricsLine(epoch: 0, iteration: iteration, loss: nil, learningRate: 0)
    line.kind = .validation
    (line.psnr, line.ssim, line.learningRate) = (psnr, 0.9, nil)
    line.onOtherImages = onOtherImages ? true : nil
    return line
  }

  @Test func aLongRunKeepsABoundedNumberOfPoints() {
    var history = RunHistory(), again = RunHistory()
    let count = 100_000, spike = 54_321, hole = 77_777
    for i in 1...count {
      let loss = i == spike ? 9 : i == hole ? 0.001 : 1 + 1 / Double(i)
      let line = MetricsLine(epoch: 0, iteration: i, loss: loss, learningRate: i < 60_000 ? 1e-3 : 1e-4)
      history.add(line)
      again.add(line)
      if i % 10 == 0 { history.add(validation(i, psnr: i == 40_000 ? 35 : 30 + Double(i) / 1e6)) }
      if i % 10 == 0 { again.add(validation(i, psnr: i == 40_000 ? 35 : 30 + Double(i) / 1e6)) }
    }
    #expect(history == again)
    #expect(2000...4098 ~= history.losses.count && 2000...4098 ~= history.validations.count)
    #expect(history.losses.first?.x == 1 && history.losses.last?.x == Double(count))
    // What stands out stays, and the order.
    #expect(history.losses.contains(CurvePoint(x: Double(spike), y: 9)))
    #expect(history.losses.contains(CurvePoint(x: Double(hole), y: 0.001)))
    #expect(zip(history.losses, history.losses.dropFirst()).allSatisfy { $0.x < $1.x })
    #expect(history.best?.iteration == 40_000 && history.validations.contains { $0.iteration == 40_000 })
    #expect(history.scores(\.psnr).count == history.validations.count && history.lastIteration == count)
    // Old and new parts are kept alike, and no part is without points.
    let points = [0] + history.losses.map(\.x)
    #expect(zip(points, points.dropFirst()).allSatisfy { $1 - $0 <= 2 * 64 })
    // Where the rate falls is known to a stretch.
    let before = history.learningRates.last { $0.y == 1e-3 }, after = history.learningRates.first { $0.y == 1e-4 }
    #expect((59_900..<60_000).contains(before?.x ?? 0) && (60_000..<60_100).contains(after?.x ?? 0))
  }

  @Test func aShortRunKeepsAll() {
    var history = RunHistory()
    for i in 1...2048 { history.add(MetricsLine(epoch: 0, iteration: i, loss: 1, learningRate: 1e-3)) }
    #expect(history.losses.map(\.x) == (1...2048).map(Double.init))
  }

  @Test func theBestIsOfTheImagesInUse() {
    var history = RunHistory()
    history.add(validation(1, psnr: 33))
    #expect(history.best?.iteration == 1)
    history.add(validation(2, psnr: 31, onOtherImages: true))
    history.add(validation(3, psnr: 32))
    history.add(validation(4, psnr: 32))
    #expect(history.best?.iteration == 3)
    var perfect = validation(5, psnr: 30)
    perfect.infinite = 1
    history.add(perfect)
    #expect(history.best?.iteration == 5)
  }
}
