import Foundation
import RAMiTDiagnostics
import RAMiTTraining

/// A run on a terminal: lines, and a bar below them; elsewhere, a line when there has been none for long.
///
/// What cannot be shown, because the terminal is gone or the reader of a pipe has ended, is left out (`Console`).
package final class TrainingProgressBar: TrainingDisplay {
  private let bar = TerminalBar(on: .output)
  /// When something was shown last, in seconds of the system's clock.
  private var shown: Double

  /// Seconds between two drawings of the bar, and the longest time without a line where there is none.
  private static let drawInterval = 0.1, lineInterval = 30.0

  private static var now: Double { ProcessInfo.processInfo.systemUptime }

  package init() { shown = bar.isShown ? -.infinity : Self.now }

  package func line(_ text: String) {
    bar.clear()
    Console.print(text)
    if !bar.isShown { shown = Self.now }
  }

  package func show(_ progress: @autoclosure () -> TrainingProgress) {
    guard isTime else { return }
    let now = progress()
    show(
      now.title, now.done, now.count,
      [
        "lr \(scientific(now.learningRate))", "\(now.imagesPerSecond.fixed(1)) images/s", "loss \(now.loss.fixed(5))",
        "\(duration(now.secondsLeft)) left",
      ])
  }

  package func showValidation(_ done: Int, of count: Int) { if isTime { show("validation", done, count, []) } }

  package func clear() { bar.clear() }

  private var isTime: Bool { Self.now - shown >= (bar.isShown ? Self.drawInterval : Self.lineInterval) }

  private func show(_ title: String, _ done: Int, _ count: Int, _ numbers: [String]) {
    shown = Self.now
    let details = ["\(done)/\(count)"] + numbers
    guard bar.isShown else { return Console.print(([title] + details).joined(separator: "  ")) }
    bar.draw(title, done, of: count, details: details)
  }
}
