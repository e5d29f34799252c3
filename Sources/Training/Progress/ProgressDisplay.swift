import Foundation

/// Shows a run to the person who watches: on a terminal a bar that is drawn over itself, elsewhere lines.
public final class ProgressDisplay {
  public enum Style: Sendable {
    /// A bar when the standard output is a terminal, else lines.
    case automatic
    /// Nothing but errors.
    case quiet
  }

  private enum Mode { case bar, lines, quiet }
  private let mode: Mode
  private var speed = Speed()
  private var isBarDrawn = false

  public init(_ style: Style) {
    mode = style == .quiet ? .quiet : isatty(STDOUT_FILENO) == 1 ? .bar : .lines
  }

  /// Prints a line above the bar.
  func line(_ text: String) {
    if mode == .quiet { return }
    clear()
    write(text + "\n")
  }

  /// Removes the bar, so that something else can be printed.
  func clear() {
    guard isBarDrawn else { return }
    write("\r\u{1b}[K")
    isBarDrawn = false
  }

  /// What the bar shows of an iteration.
  struct Iteration {
    var epoch, epochs: Int
    var done, iterationsPerEpoch: Int
    var loss, rate: Double
    var imagesPerSecond: Double
    var secondsLeft: Double
  }

  /// Draws the bar, a few times a second.
  func show(_ iteration: @autoclosure () -> Iteration) {
    guard mode == .bar, speed.isTimeToDraw() else { return }
    let now = iteration()
    let width = 24
    let full = width * now.done / max(1, now.iterationsPerEpoch)
    let bar = String(repeating: "=", count: full) + String(repeating: " ", count: width - full)
    draw(
      "epoch \(now.epoch)/\(now.epochs) [\(bar)] \(now.done)/\(now.iterationsPerEpoch)"
        + "  loss \(decimals(now.loss, 5))  rate \(scientific(now.rate))  \(decimals(now.imagesPerSecond, 1)) images/s"
        + "  \(duration(now.secondsLeft)) left")
  }

  /// Draws the state of a validation.
  func showValidation(_ done: Int, _ count: Int) {
    guard mode == .bar else { return }
    draw("validation \(done)/\(count)")
  }

  private func draw(_ text: String) {
    write("\r\u{1b}[K" + text.prefix(terminalWidth() - 1))
    isBarDrawn = true
  }

  private func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  private func terminalWidth() -> Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 120
  }
}

/// How long an iteration takes: a mean that forgets, so that it follows a machine that slows down.
struct Speed {
  private static let memory = 0.95
  private static let drawInterval = 0.1
  private var last: Double?
  private var drawn = 0.0
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

  mutating func isTimeToDraw() -> Bool {
    let now = Self.now
    guard now - drawn >= Self.drawInterval else { return false }
    drawn = now
    return true
  }
}

/// A number with so many decimals.
func decimals(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)f", value) }

/// A small number, such as a learning rate.
func scientific(_ value: Double) -> String { String(format: "%.2e", value) }

/// Hours, minutes and seconds.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}
