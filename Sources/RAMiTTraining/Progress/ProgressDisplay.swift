import Foundation
import RAMiTDiagnostics

/// Shows a run to the person who watches: on a terminal a bar that is drawn over itself, elsewhere lines.
///
/// What cannot be shown, because the terminal is gone or the reader of a pipe has ended, is left out: nobody's training
/// ends for it (`Console`).
public final class ProgressDisplay {
  public enum Style: Sendable {
    /// A bar when the standard output is a terminal, else lines.
    case automatic
    /// Nothing but errors.
    case quiet
  }

  private enum Mode { case bar, lines, quiet }
  private let mode: Mode
  private var isBarDrawn = false
  /// When something was shown last, in seconds of the system's clock.
  private var shown = -Double.infinity

  /// Seconds between two drawings of the bar, and the longest time without a line where there is none.
  private static let drawInterval = 0.1, lineInterval = 30.0

  public init(_ style: Style) {
    mode = style == .quiet ? .quiet : isatty(STDOUT_FILENO) == 1 ? .bar : .lines
    if mode == .lines { shown = Self.now }
  }

  private static var now: Double { ProcessInfo.processInfo.systemUptime }

  /// Prints a line above the bar.
  func line(_ text: String) {
    if mode == .quiet { return }
    clear()
    write(text + "\n")
    if mode == .lines { shown = Self.now }
  }

  /// Removes the bar, so that something else can be printed.
  func clear() {
    guard isBarDrawn else { return }
    write("\r\u{1b}[K")
    isBarDrawn = false
  }

  /// What is shown of an iteration.
  struct Iteration {
    /// What the bar is of: the epoch, or all iterations.
    var title: String
    var done, count: Int
    var loss, learningRate: Double
    var imagesPerSecond: Double
    var secondsLeft: Double
  }

  /// Draws the bar a few times a second, or prints a line when there has been none for long.
  func show(_ iteration: @autoclosure () -> Iteration) {
    guard isTime else { return }
    let now = iteration()
    show(
      now.title, now.done, now.count,
      "  loss \(now.loss.fixed(5))  lr \(scientific(now.learningRate))  \(now.imagesPerSecond.fixed(1)) images/s"
        + "  \(duration(now.secondsLeft)) left")
  }

  /// Shows how far a validation is.
  func showValidation(_ done: Int, _ count: Int) {
    if isTime { show("validation", done, count, "") }
  }

  private var isTime: Bool {
    switch mode {
    case .quiet: false
    case .bar: Self.now - shown >= Self.drawInterval
    case .lines: Self.now - shown >= Self.lineInterval
    }
  }

  private func show(_ title: String, _ done: Int, _ count: Int, _ rest: String) {
    let text = "\(done)/\(count)\(rest)"
    shown = Self.now
    guard mode == .bar else { return write("\(title)  \(text)\n") }
    let width = 24
    let full = width * min(done, count) / max(1, count)
    let bar = "[" + String(repeating: "=", count: full) + String(repeating: " ", count: width - full) + "] "
    // Where the line is too narrow, the numbers are worth more than the bar.
    let space = terminalWidth() - 1
    let line = title.count + 1 + bar.count + text.count <= space ? "\(title) \(bar)\(text)" : "\(title) \(text)"
    write("\r\u{1b}[K" + line.prefix(space))
    isBarDrawn = true
  }

  private func write(_ text: String) { Console.write(text, to: .output) }

  private func terminalWidth() -> Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 120
  }
}

/// How long an iteration takes: a mean that forgets, so that it follows a machine that slows down.
struct Speed {
  private static let memory = 0.95
  private var last: Double?
  /// Seconds of an iteration.
  private(set) var seconds: Double?

  private static var now: Double { ProcessInfo.processInfo.systemUptime }

  /// Begins to measure; what came before does not count.
  mutating func start() { last = Self.now }

  /// Counts an iteration.
  mutating func count() {
    let now = Self.now
    if let last {
      let elapsed = now - last
      seconds = seconds.map { $0 * Self.memory + elapsed * (1 - Self.memory) } ?? elapsed
    }
    last = now
  }
}

/// A small number, such as a learning rate.
func scientific(_ value: Double) -> String { String(format: "%.2e", value) }

/// Hours, minutes and seconds.
package func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}
