import Foundation

/// The built program while it runs, so that a test can end it.
final class RunningProgram {
  private let process = Process()
  private let folder: Folder

  /// - Parameters:
  ///   - shell: a shell's script that starts the program, as `"$@"`; without it the program is started as it is.
  ///   - output: where the standard output goes; without it, into a file.
  init(_ arguments: [String], in folder: Folder, shell: String? = nil, output: FileHandle? = nil) throws {
    self.folder = try folder.folder("program-" + UUID().uuidString)
    let program = Program.path ?? ""
    process.executableURL = URL(fileURLWithPath: shell == nil ? program : "/bin/sh")
    process.arguments = shell.map { ["-c", $0, "sh", program] + arguments } ?? arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try output ?? file("output")
    process.standardError = try file("errors")
    try process.run()
  }

  deinit { if process.isRunning { send(SIGKILL) } }

  private func file(_ name: String) throws -> FileHandle {
    try folder.write([], to: name)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file(name)))
  }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits until a file has so many lines and has grown since the program began, or until the program has ended. A file
  /// of an earlier program may have enough lines before this one does anything: before it takes signals up, for one.
  func wait(forLines count: Int, in file: String) {
    var smallest = Int.max
    while process.isRunning {
      let data = (try? Data(contentsOf: URL(fileURLWithPath: file))) ?? Data()
      if data.count > smallest, data.count(where: { $0 == UInt8(ascii: "\n") }) >= count { return }
      smallest = min(smallest, data.count)
      usleep(1000)
    }
  }

  /// Waits for the end.
  func outcome() throws -> Program.Outcome {
    process.waitUntilExit()
    let texts = try ["output", "errors"].map { name in
      folder.exists(name) ? try String(contentsOfFile: folder.file(name), encoding: .utf8) : ""
    }
    return Program.Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : nil, output: texts[0], errors: texts[1])
  }
}
