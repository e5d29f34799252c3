import Foundation
import RAMiTDiagnostics
import RAMiTTraining

/// A bar on the terminal below the lines of a batch: how many photos are done, of how many, and the time left.
///
/// It is drawn on the standard error, so that it is seen while the lines go into a file; where that is no terminal,
/// there is none.
final class BatchProgress {
  private let count: Int
  private var done = 0
  /// Photos that were computed, and how long they took: those that were skipped take no time.
  private var computed = 0
  private var seconds = 0.0
  private var isDrawn = false
  private let isShown: Bool

  init(count: Int, quiet: Bool) {
    self.count = count
    isShown = !quiet && count > 1 && isatty(STDERR_FILENO) == 1
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
    guard isShown else { return }
    clear()
    guard done < count else { return }
    let left = computed > 0 ? "  \(duration(seconds / Double(computed) * Double(count - done))) left" : ""
    let width = 24, full = width * done / count
    let bar = String(repeating: "=", count: full) + String(repeating: " ", count: width - full)
    let line = "photo \(done + 1) of \(count) [\(bar)]\(left)"
    Console.write(String(line.prefix(columns - 1)), to: .errors)
    isDrawn = true
  }

  /// Removes the bar, so that something else can be printed.
  func clear() {
    guard isDrawn else { return }
    Console.write("\r\u{1b}[K", to: .errors)
    isDrawn = false
  }

  private var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
  }
}
