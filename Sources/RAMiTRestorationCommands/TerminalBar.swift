import Foundation
import RAMiTDiagnostics

/// A bar in the last line of a terminal, drawn over itself: how much of some work is done.
package final class TerminalBar {
  private let stream: Console.Stream
  private var isDrawn = false
  /// Whether there is a terminal to draw on.
  let isShown: Bool

  package init(on stream: Console.Stream, quiet: Bool = false) {
    self.stream = stream
    isShown = !quiet && isatty(stream.rawValue) == 1
  }

  /// Draws `title [=====     ]  details`, on one line.
  /// - Parameter details: the most important last; where the line is narrow, the first are left out.
  package func draw(_ title: String, _ done: Int, of count: Int, details: [String] = []) {
    guard isShown else { return }
    Console.write("\r\u{1b}[K" + Self.line(title, done, of: count, details, columns: columns), to: stream)
    isDrawn = true
  }

  /// What fits before the last column, where a terminal would begin a new line.
  static func line(_ title: String, _ done: Int, of count: Int, _ details: [String], columns: Int) -> String {
    var details = details.filter { !$0.isEmpty }
    func words() -> String { details.map { "  " + $0 }.joined() }
    // The title, a space and the brackets are beside the bar.
    func room() -> Int { columns - 1 - title.count - 3 - words().count }
    while room() < narrowest, details.count > 1 { details.removeFirst() }
    let width = min(room(), widest)
    guard width >= narrowest else { return String((title + words()).prefix(columns - 1)) }
    let full = width * min(done, count) / max(1, count)
    return title + " [" + String(repeating: "=", count: full) + String(repeating: " ", count: width - full) + "]"
      + words()
  }

  private static let narrowest = 10, widest = 24

  /// Removes the bar, so that something else can be printed.
  package func clear() {
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

/// How many photos of a batch are done, of how many, how much of the present one, and the time left.
///
/// The bar is on the standard error, so that it is seen while the lines of the batch go into a file.
final class BatchProgress {
  private let bar: TerminalBar
  private let count: Int
  private var done = 0
  /// Photos that were computed, and how long they took: those that were skipped take no time.
  private var computed = 0
  private var seconds = 0.0
  /// When the bar was drawn last, in seconds of the system's clock.
  private var drawn = -Double.infinity

  /// Seconds between two drawings of the bar within a photo.
  private static let drawInterval = 0.2

  init(count: Int, quiet: Bool) {
    self.count = count
    bar = TerminalBar(on: .errors, quiet: quiet)
  }

  /// Whether there is a terminal that shows it.
  var isShown: Bool { bar.isShown }

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
    bar.draw("photo \(done + 1) of \(count)", done, of: count, details: [left])
  }

  /// Draws the bar of one photo.
  /// - Parameter share: how much of it is done, 0 to 1.
  func draw(share: Double) {
    let now = ProcessInfo.processInfo.systemUptime
    guard bar.isShown, now - drawn >= Self.drawInterval else { return }
    drawn = now
    let title = count > 1 ? "photo \(done + 1) of \(count)" : "photo"
    let percent = Int((share * 100).rounded(.down))
    bar.draw(title, percent, of: 100, details: ["\(percent) %"])
  }

  /// Removes the bar, so that something else can be printed.
  func clear() { bar.clear() }
}
