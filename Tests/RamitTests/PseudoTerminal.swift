import Foundation

/// A terminal whose screen is read by the test.
struct PseudoTerminal {
  /// The end that a program takes for its terminal.
  let end: FileHandle
  private let screen: Int32

  /// False in containers that have no /dev/pts.
  static var isThere: Bool {
    guard let terminal = try? PseudoTerminal() else { return false }
    close(terminal.screen)
    return true
  }

  init() throws {
    screen = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK unlocks the other end, and TIOCGPTN tells its number: C macros that Swift does not see.
    var lock: Int32 = 0, number: Int32 = 0
    guard screen >= 0, ioctl(screen, 0x4004_5431, &lock) == 0, ioctl(screen, 0x8004_5430, &number) == 0 else {
      throw CocoaError(.fileReadUnknown)
    }
    var size = winsize(ws_row: 40, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0)
    let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard descriptor >= 0, ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0 else {
      throw CocoaError(.fileReadUnknown)
    }
    _ = fcntl(screen, F_SETFL, O_NONBLOCK)
    end = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// What is shown while `isRunning`, and what is left then.
  func read(_ isRunning: () -> Bool) throws -> String {
    var shown: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let wasRunning = isRunning()
      let count = Foundation.read(screen, &chunk, chunk.count)
      if count > 0 {
        shown += chunk.prefix(count)
      } else if wasRunning {
        usleep(1000)
      } else {
        break
      }
    }
    close(screen)
    return String(decoding: shown, as: UTF8.self)
  }
}
