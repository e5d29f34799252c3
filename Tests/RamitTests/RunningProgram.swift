import Foundation

/// The built program while it runs, so that a test can end it.
final class RunningProgram {
  private let process = Process()
  private let folder: Folder
  /// What the program prints into while it is held.
  private let unread: Pipe?

  /// - Parameters:
  ///   - shell: a shell's script that starts the program, as `"$@"`; without it the program is started as it is.
  ///   - output: where the standard output goes; without it, into a file.
  ///   - isHeld: lets the program print some bytes, and makes it wait there until `outcome`: it cannot end before it
  ///     gets a signal, however late a busy machine runs the test. What it prints is lost.
  ///   - room: how many bytes these are; with 0 it waits at its first line.
  init(
    _ arguments: [String], in folder: Folder, shell: String? = nil, output: FileHandle? = nil, isHeld: Bool = false,
    room: Int = 2048
  ) throws {
    self.folder = try folder.folder("program-" + UUID().uuidString)
    unread = isHeld ? try Self.almostFullPipe(room: room) : nil
    let program = Program.path ?? ""
    process.executableURL = URL(fileURLWithPath: shell == nil ? program : "/bin/sh")
    process.arguments = shell.map { ["-c", $0, "sh", program] + arguments } ?? arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try unread?.fileHandleForWriting ?? output ?? file("output")
    process.standardError = try file("errors")
    try process.run()
  }

  deinit { if process.isRunning { send(SIGKILL) } }

  /// A pipe that takes so many bytes more.
  private static func almostFullPipe(room: Int) throws -> Pipe {
    let pipe = Pipe(), end = pipe.fileHandleForWriting
    // F_SETPIPE_SZ, which Swift does not see. The system makes it a page at the least.
    let size = Int(fcntl(end.fileDescriptor, 1031, 4096))
    try end.write(contentsOf: Data(count: size - room))
    _ = fcntl(pipe.fileHandleForReading.fileDescriptor, F_SETFL, O_NONBLOCK)
    return pipe
  }

  private func file(_ name: String) throws -> FileHandle {
    try folder.write([], to: name)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file(name)))
  }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits until a file has so many lines and has grown since the program began, or until the program has ended. A file
  /// of an earlier program may have enough lines before this one does anything: before it listens to signals, for one.
  func wait(forLines count: Int, in file: String) {
    // A program that is held may have come to its stop, so that nothing grows any more: its files are to be new.
    var smallest = unread == nil ? Int.max : 0
    while process.isRunning {
      let data = (try? Data(contentsOf: URL(fileURLWithPath: file))) ?? Data()
      if data.count > smallest, data.count(where: { $0 == UInt8(ascii: "\n") }) >= count { return }
      smallest = min(smallest, data.count)
      usleep(1000)
    }
  }

  /// Waits until a run has a checkpoint, which is written beside its steps, or until the program has ended.
  func wait(forCheckpointIn folder: String) {
    while process.isRunning {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints")) ?? []
      if names.contains(where: { $0.hasPrefix("iteration-") }) { return }
      usleep(1000)
    }
  }

  /// Waits for the end.
  func outcome() throws -> Program.Outcome {
    if let unread {
      var chunk = [UInt8](repeating: 0, count: 4096)
      while process.isRunning {
        if read(unread.fileHandleForReading.fileDescriptor, &chunk, chunk.count) <= 0 { usleep(1000) }
      }
    }
    process.waitUntilExit()
    let texts = try ["output", "errors"].map { name in
      folder.exists(name) ? try String(contentsOfFile: folder.file(name), encoding: .utf8) : ""
    }
    return Program.Outcome(process, output: texts[0], errors: texts[1])
  }
}
