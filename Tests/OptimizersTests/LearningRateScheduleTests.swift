import Foundation
import RAMiTOptimizers
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
  func halvesAsInThePaper(milestones: [Int], table: [(epoch: Int, halvings: Int)]) {
    let schedule = LearningRateSchedule(base: 4e-4, warmup: 20, decay: .milestones(milestones, gamma: 0.5))
    for row in table {
      let expected = (0..<row.halvings).reduce(4e-4) { rate, _ in rate / 2 }
      for time in [Double(row.epoch), Double(row.epoch) + 0.999] {
        #expect(schedule.learningRate(at: time) == expected)
      }
    }
  }

  @Test func warmsUpLinearlyFromZero() {
    let decays: [LearningRateDecay] = [
      .constant, .milestones([200], gamma: 0.1), .cosine(end: 300, final: 0), .cosineRestarts([.init(length: 300)]),
      .polynomial(end: 300, power: 2, final: 0),
    ]
    for decay in decays {
      let schedule = LearningRateSchedule(base: 4e-4, warmup: 20, decay: decay)
      #expect(schedule.learningRate(at: 0) == 0)
      #expect(abs(schedule.learningRate(at: 0.001) - 4e-4 / 20_000) < 1e-18)
      #expect(abs(schedule.learningRate(at: 10) - 2e-4) < 1e-18)
      #expect(abs(schedule.learningRate(at: 19.999) - 4e-4 * 19_999 / 20_000) < 1e-18)
    }
  }

  @Test func isConstantWithoutADecay() {
    let schedule = LearningRateSchedule(base: 1e-3)
    #expect(schedule.learningRate(at: 0) == 1e-3 && schedule.learningRate(at: 900.9) == 1e-3)
  }

  /// torch.optim.lr_scheduler.MultiStepLR: gamma at each milestone that is reached.
  @Test func milestonesTakeAnyGamma() {
    let schedule = LearningRateSchedule(base: 2, decay: .milestones([3, 7], gamma: 0.1))
    let rates = [0, 2, 3, 6, 7, 99].map { schedule.learningRate(at: $0) }
    for (rate, expected) in zip(rates, [2, 2, 0.2, 0.2, 0.02, 0.02]) { #expect(abs(rate - expected) < 1e-15) }
  }

  @Test func cosineFallsFromTheBaseToTheFinalRate() {
    let schedule = LearningRateSchedule(base: 1e-3, warmup: 2, decay: .cosine(end: 12, final: 1e-5))
    #expect(schedule.learningRate(at: 0) == 0 && abs(schedule.learningRate(at: 1) - 5e-4) < 1e-18)
    #expect(schedule.learningRate(at: 2) == 1e-3)
    #expect(abs(schedule.learningRate(at: 7) - (1e-3 + 1e-5) / 2) < 1e-12)
    #expect(abs(schedule.learningRate(at: 4.5) - (1e-5 + 0.99e-3 * (1 + 0.5.squareRoot()) / 2)) < 1e-12)
    #expect(schedule.learningRate(at: 12) == 1e-5 && schedule.learningRate(at: 99.9) == 1e-5)
    let rates = (20..<120).map { schedule.learningRate(at: Double($0) / 10) }
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
  }

  /// torch.optim.lr_scheduler.PolynomialLR(total_iters=8, power=2) at base 0.5.
  @Test func polynomialEqualsPyTorch() {
    let schedule = LearningRateSchedule(base: 0.5, decay: .polynomial(end: 8, power: 2, final: 0))
    for (time, expected) in [(0, 0.5), (1, 0.3828125), (4, 0.125), (7, 0.0078125), (8, 0), (20, 0)] {
      #expect(abs(schedule.learningRate(at: Double(time)) - expected) < 1e-15)
    }
    let raised = LearningRateSchedule(base: 0.5, warmup: 2, decay: .polynomial(end: 6, power: 1, final: 0.1))
    #expect(raised.learningRate(at: 2) == 0.5 && abs(raised.learningRate(at: 3) - 0.4) < 1e-15)
    #expect(raised.learningRate(at: 9) == 0.1)
  }

  /// BasicSR's CosineAnnealingRestartLR, written out: the period of a time is the first whose end it does not pass.
  @Test func restartsEqualBasicSR() {
    let (periods, weights, finals, base) = ([4, 6, 5], [1.0, 0.5, 0.25], [1e-5, 1e-6, 0], 2e-3)
    let decay = LearningRateDecay.cosineRestarts(
      (0..<3).map { .init(length: periods[$0], weight: weights[$0], final: finals[$0]) })
    let schedule = LearningRateSchedule(base: base, decay: decay)
    func reference(_ time: Int) -> Double {
      let ends = [4, 10, 15]
      let index = ends.firstIndex { time <= $0 }!
      let begin = index == 0 ? 0 : ends[index - 1]
      let share = Double(time - begin) / Double(periods[index])
      return finals[index] + weights[index] * 0.5 * (base - finals[index]) * (1 + cos(Double.pi * share))
    }
    for time in 0...15 { #expect(abs(schedule.learningRate(at: Double(time)) - reference(time)) < 1e-17, "at \(time)") }
    #expect(abs(schedule.learningRate(at: 4) - 1e-5) < 1e-17, "the end of a period is its own")
    #expect(schedule.learningRate(at: 15) < 1e-18 && schedule.learningRate(at: 40) < 1e-18)
    #expect(schedule.breaks == [4, 10])
    let second = schedule.learningRates(from: 4, to: 10)
    #expect(abs(second.first - (1e-6 + 0.5 * (base - 1e-6))) < 1e-9 && abs(second.last - 1e-6) < 1e-15)
  }

  @Test func spansTellWhereTheRateGoes() {
    let schedule = LearningRateSchedule(base: 1, warmup: 4, decay: .milestones([2, 8], gamma: 0.5))
    #expect(schedule.breaks == [4, 8])
    #expect(schedule.learningRates(from: 0, to: 4) == (0, 1))
    #expect(schedule.learningRates(from: 4, to: 8) == (0.5, 0.5))
    #expect(schedule.learningRates(from: 8, to: 9) == (0.25, 0.25))
    let cosine = LearningRateSchedule(base: 1, decay: .cosine(end: 10, final: 0.5))
    #expect(cosine.breaks.isEmpty && cosine.learningRates(from: 0, to: 10) == (1, 0.5))
  }
}
