import Foundation
import RAMiTDiagnostics

/// Round numbers along one side of a chart, and the position of values between them.
struct Axis {
  let ticks: [Double]
  /// The values at both ends.
  private let low, high: Double
  private let isLogarithmic: Bool

  /// Encloses the values. The axis is logarithmic if that is preferred, all are positive, and the largest is many times
  /// the smallest.
  init(_ values: [Double], prefersLogarithm: Bool = false) {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    isLogarithmic = prefersLogarithm && low > 1e-30 && high >= Self.manyTimes * low
    ticks = isLogarithmic ? Self.logarithmic(low, high) : Self.linear(low, high)
    (self.low, self.high) = (ticks[0], ticks[ticks.count - 1])
  }

  /// From 0 to the last value itself, with round numbers between.
  /// - Precondition: `end` is positive.
  init(until end: Double) {
    isLogarithmic = false
    ticks = Self.linear(0, end).filter { $0 <= end * (1 + 1e-9) }
    (low, high) = (0, end)
  }

  /// From this ratio on a linear axis hides what happens below.
  private static let manyTimes = 5.0

  /// 0 at the axis's beginning, 1 at its end.
  func position(_ value: Double) -> Double {
    if isLogarithmic { return (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low)) }
    return (value - low) / (high - low)
  }

  /// At most about six, evenly spaced by 1, 2 or 5 times a power of ten.
  private static func linear(_ low: Double, _ high: Double) -> [Double] {
    let span = max(high - low, max(abs(high), abs(low), 1e-9) * 1e-6)
    let power = pow(10, log10(span / 5).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 5 } ?? 10 * power
    let first = (low / step).rounded(.down), last = max((high / step).rounded(.up), first + 1)
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// 1, 2 and 5 times the powers of ten, or those powers alone where there are many.
  private static func logarithmic(_ low: Double, _ high: Double) -> [Double] {
    let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let every = max(1, (powers.count + 4) / 6)
    let factors = log10(high / low) > 2.2 ? [1.0] : [1, 2, 5]
    let all = powers.filter { ($0 - powers.lowerBound) % every == 0 }.flatMap { power in
      factors.map { $0 * pow(10, Double(power)) }
    }
    var chosen = Array(all[(all.lastIndex { $0 <= low } ?? 0)...])
    if let end = chosen.dropFirst().firstIndex(where: { $0 >= high }) { chosen = Array(chosen[...end]) }
    // The power above all may have been left out.
    if chosen[chosen.count - 1] < high { chosen.append(chosen[chosen.count - 1] * pow(10, Double(every))) }
    return chosen
  }

  func label(_ tick: Double) -> String {
    let step = isLogarithmic ? tick : ticks.count > 1 ? ticks[1] - ticks[0] : max(abs(tick), 1)
    let size = max(abs(ticks[0]), abs(ticks[ticks.count - 1]))
    if tick == 0 || abs(tick) < step / 2 { return "0" }
    if size >= 1e7 || size < 1e-2 { return Self.short(tick) }
    if tick >= 1e4, step >= 100 {
      return (tick / 1e3).fixed(step.truncatingRemainder(dividingBy: 1e3) == 0 ? 0 : 1) + "k"
    }
    return tick.fixed(max(0, Int((-log10(step)).rounded(.up))))
  }

  /// As 4e-4 or 2.5e8.
  private static func short(_ value: Double) -> String {
    let power = log10(abs(value) * (1 + 1e-9)).rounded(.down)
    let digits = value / pow(10, power)
    return digits.fixed(abs(digits - digits.rounded()) < 0.05 ? 0 : 1) + "e\(Int(power))"
  }
}
