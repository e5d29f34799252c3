import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// A program that measures something in a process of its own and prints it: so the peak of its memory is its own, and
/// nothing that another one left behind speeds it up or slows it down.
///
/// It belongs to this process's group, so that Control-C ends both. (Foundation's `Process` makes a new group.)
struct MeasuringProcess {
  /// The place in what the program says where an error is.
  enum ErrorLine {
    /// After the program's name.
    case first
    /// Below a traceback, and below warnings.
    case last
  }

  /// A path, or a name that is looked for in `$PATH`.
  let program: String
  let arguments: [String]
  /// Variables beside those of this process.
  var environment: [String: String] = [:]
  var errorLine = ErrorLine.first

  /// Why a process printed no result, in one line.
  struct Failure: Error, Equatable, CustomStringConvertible { let description: String }

  /// Runs it until it ends.
  /// - Returns: what it printed.
  /// - Throws: `Failure` when it does not start, or does not end with exit code 0; `Interruption`.
  func output() throws -> Data {
    try Interruption.check()
    // Files: a pipe that nobody empties would stop a process that warns a lot.
    let output = try Self.temporaryFile(), errors = try Self.temporaryFile()
    let status = try Interruption.wait(for: start(output, errors))
    // The parts of a status as waitpid(2) has it.
    let signal = status & 0x7f, code = (status >> 8) & 0xff
    if signal != 0 {
      // What Linux sends when memory runs out.
      let cause = signal == SIGKILL ? " (out of memory?)" : ""
      throw Failure(description: "its process was ended by signal \(signal)\(cause)")
    }
    guard code == 0 else {
      let message = String(decoding: try Self.content(of: errors), as: UTF8.self)
      throw Failure(description: reason(from: message) ?? "exit code \(code)")
    }
    return try Self.content(of: output)
  }

  /// - Returns: the number of the process.
  private func start(_ output: FileHandle, _ errors: FileHandle) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.fileDescriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.fileDescriptor, 2)
    // Whatever this thread blocks, and what Console.prepare ignores: the other one hears it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGPIPE, SIGXFSZ] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    var process = pid_t()
    let code = Self.withStrings([program] + arguments) { arguments in
      Self.withStrings(variables) { variables in
        for _ in 0..<100 {
          let code = posix_spawnp(&process, arguments[0]!, &actions, &attributes, arguments, variables)
          guard code == ETXTBSY else { return code }
          // A program that was written just now may still be open in a process that is just starting.
          usleep(20_000)
        }
        return ETXTBSY
      }
    }
    guard code == 0 else { throw Failure(description: "it does not start: \(SystemError(code: code))") }
    return process
  }

  /// Calls `body` with a list that C reads.
  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { string in string.withPathBytes { strdup($0) } }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
  }

  /// A file that has no name any more.
  private static func temporaryFile() throws -> FileHandle {
    let path = FileManager.default.temporaryDirectory.path.appendingPath("ramit-\(UUID().uuidString)")
    do {
      let descriptor = try Descriptor.open(path, O_RDWR | O_CREAT | O_EXCL)
      path.withPathBytes { _ = unlink($0) }
      return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    } catch {
      throw Failure(description: "no temporary file can be written, \(path): \(error)")
    }
  }

  private static func content(of file: FileHandle) throws -> Data {
    try file.seek(toOffset: 0)
    return try file.readToEnd() ?? Data()
  }

  /// The line of an error, without what begins it.
  private func reason(from message: String) -> String? {
    let lines = message.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard var line = errorLine == .first ? lines.first : lines.last else { return nil }
    // Of an error, and of wrong usage.
    for start in ["\(program.lastPathPart): ", "Error: "] where line.hasPrefix(start) { line.removeFirst(start.count) }
    return line.onOneLine.shortened(to: 300)
  }
}
