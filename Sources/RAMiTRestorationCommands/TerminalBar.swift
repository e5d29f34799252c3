import Foundation
import RAMiTDiagnostics

/// A bar in the last line of a terminal, drawn over itself: how much of some work is done.
final class TerminalBar {
  private let stream: Console.Stream
  private var isDrawn = false
  /// Whether there is a terminal to draw on.
  let isShown: Bool

  private static let width = 24

  init(on stream: Console.Stream, quiet: Bool = false) {
    self.stream = stream
    isShown = !quiet && isatty(stream.rawValue) == 1
  }

  /// Draws `title [=====     ] details`.
  func draw(_ title: String, _ done: Int, of count: Int, details: String = "") {
    guard isShown else { return }
    let full = Self.width * min(done, count) / max(1, count)
    let bar = "[" + String(repeating: "=", count: full) + String(repeating: " ", count: Self.width - full) + "]"
    let line = "\(title) \(bar)  \(details)"
    // Where the line is too narrow, the numbers are worth more than the bar.
    let shown = line.count < columns ? line : "\(title)  \(details)"
    Console.write("\r\u{1b}[K" + shown.prefix(columns - 1), to: stream)
    isDrawn = true
  }

  /// Removes the bar, so that something else can be printed.
  func clear() {
    guard isDrawn else { return }
    Console.write("\r\u{1b}[K", to: stream)
    isDrawn = false
  }

  private var columns: Int {
    var size = winsize()
    return ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
  }
}

/// Shows how far long work on files is.
func showProgress(_ what: String) -> (_ done: Int, _ count: Int) -> Void {
  let bar = TerminalBar(on: .errors)
  return { done, count in
    if done < count { bar.draw("\(what) \(done) of \(count)", done, of: count) } else { bar.clear() }
  }
}

/// How many photos of a batch are done, of how many, and the time left.
///
/// The bar is on the standard error, so that it is seen while the lines of the batch go into a file.
final class BatchProgress {
  private let bar: TerminalBar
  private let count: Int
  private var done = 0
  /// Photos that were computed, and how long they took: those that were skipped take no time.
  private var computed = 0
  private var seconds = 0.0

  init(count: Int, quiet: Bool) {
    self.count = count
    bar = TerminalBar(on: .errors, quiet: quiet || count < 2)
  }

  /// Counts a photo.
  /// - Parameter seconds: nil when nothing was computed for it.
  func add(seconds: Double?) {
    done += 1
    if let seconds {
      computed += 1
      self.seconds += seconds
    }
    draw()
  }

  func draw() {
    guard done < count else { return clear() }
    let left = computed > 0 ? "\(duration(seconds / Double(computed) * Double(count - done))) left" : ""
    bar.draw("photo \(done + 1) of \(count)", done, of: count, details: left)
  }

  /// Removes the bar, so that something else can be printed.
  func clear() { bar.clear() }
}
