import Optimizers
import Testing

@Suite struct LearningRateScheduleTests {
  /// (epochs done, halvings) of the paper's tables.
  static let superResolution = [
    (20, 0), (199, 0), (200, 1), (299, 1), (300, 2), (399, 2), (400, 3), (424, 3), (425, 4), (449, 4), (450, 5),
    (474, 5),
    (475, 6), (499, 6),
  ]
  static let fineTuning = [
    (20, 0), (49, 0), (50, 1), (99, 1), (100, 2), (149, 2), (150, 3), (174, 3), (175, 4), (199, 4), (200, 5), (224, 5),
    (225, 6), (249, 6),
  ]
  static let others = [
    (20, 0), (199, 0), (200, 1), (299, 1), (300, 2), (349, 2), (350, 3), (374, 3), (375, 4), (399, 4),
  ]

  @Test(arguments: [
    ([200, 300, 400, 425, 450, 475], superResolution), ([50, 100, 150, 175, 200, 225], fineTuning),
    ([200, 300, 350, 375], others),
  ])
  func halvesAsInThePaper(halveAtEpochs: [Int], table: [(epoch: Int, halvings: Int)]) {
    let schedule = LearningRateSchedule(base: 4e-4, warmupEpochs: 20, halveAtEpochs: halveAtEpochs)
    for row in table {
      let expected = (0..<row.halvings).reduce(4e-4) { rate, _ in rate / 2 }
      for iteration in [0, 999] {
        #expect(schedule.rate(epoch: row.epoch, iteration: iteration, iterationsPerEpoch: 1000) == expected)
      }
    }
  }

  @Test func warmsUpLinearlyFromZero() {
    let schedule = LearningRateSchedule(base: 4e-4, warmupEpochs: 20, halveAtEpochs: [200])
    func rate(_ epoch: Int, _ iteration: Int) -> Double {
      schedule.rate(epoch: epoch, iteration: iteration, iterationsPerEpoch: 1000)
    }
    #expect(rate(0, 0) == 0)
    #expect(abs(rate(0, 1) - 4e-4 / 20_000) < 1e-18)
    #expect(abs(rate(10, 0) - 2e-4) < 1e-18)
    #expect(abs(rate(19, 999) - 4e-4 * 19_999 / 20_000) < 1e-18)
    #expect(rate(20, 0) == 4e-4)
  }

  @Test func isConstantWithoutMilestones() {
    let schedule = LearningRateSchedule(base: 1e-3)
    #expect(schedule.rate(epoch: 0, iteration: 0, iterationsPerEpoch: 10) == 1e-3)
    #expect(schedule.rate(epoch: 900, iteration: 9, iterationsPerEpoch: 10) == 1e-3)
  }

  @Test func cosineFallsFromTheBaseToTheFinalRate() {
    let schedule = LearningRateSchedule(base: 1e-3, warmupEpochs: 2, decay: .cosine(epochs: 12, final: 1e-5))
    func rate(_ epoch: Int, _ iteration: Int = 0) -> Double {
      schedule.rate(epoch: epoch, iteration: iteration, iterationsPerEpoch: 10)
    }
    #expect(rate(0) == 0 && abs(rate(1) - 5e-4) < 1e-18 && rate(2) == 1e-3)
    #expect(abs(rate(7) - (1e-3 + 1e-5) / 2) < 1e-12)
    #expect(abs(rate(4, 5) - (1e-5 + 0.99e-3 * (1 + 0.5.squareRoot()) / 2)) < 1e-12)
    #expect(rate(12) == 1e-5 && rate(99, 9) == 1e-5)
    let rates = (20..<120).map { rate($0 / 10, $0 % 10) }
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test(arguments: [(64, 4e-4), (32, 2e-4), (16, 1e-4), (128, 8e-4)])
  func paperRateIsProportionalToTheBatch(batch: Int, rate: Double) {
    #expect(LearningRateSchedule.paperRate(batch: batch) == rate)
  }
}
