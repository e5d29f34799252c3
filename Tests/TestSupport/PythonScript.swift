import Foundation

/// A script in Python beside tests, which compares what others read and write. With `--probe` it ends with 0 where its
/// libraries are there.
package struct PythonScript: Sendable {
  private let python, path: String

  /// Nil without a Python that has what the script needs. `RAMIT_PYTHON` names one; without it, the system's is asked.
  package init?(_ path: String) {
    python = ProcessInfo.processInfo.environment["RAMIT_PYTHON"] ?? "python3"
    self.path = path
    guard (try? run(["--probe"]))?.code == 0 else { return nil }
  }

  package func run(_ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, path] + arguments
    return try withTemporaryFolder { folder in
      let handles = try ["output", "errors"].map { name in
        _ = FileManager.default.createFile(atPath: folder + "/" + name, contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/" + name))
      }
      (process.standardOutput, process.standardError) = (handles[0], handles[1])
      process.standardInput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      let texts = try ["output", "errors"].map { try String(contentsOfFile: folder + "/" + $0, encoding: .utf8) }
      return (process.terminationStatus, texts[0], texts[1])
    }
  }
}
