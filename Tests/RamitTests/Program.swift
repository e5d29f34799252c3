import Foundation
import RAMiTTestSupport

/// The built program, run as a person runs it.
enum Program {
  /// What a run printed, and how it ended.
  struct Outcome {
    /// The exit code; nil when a signal ended it: a crash.
    let code: Int32?
    let output: String
    let errors: String

    var errorLines: [Substring] { errors.split(separator: "\n") }

    /// Leaves out what every program says that was built without the machine's flags.
    init(_ process: Process, output: String, errors: String) {
      code = process.terminationReason == .exit ? process.terminationStatus : nil
      self.output = output
      self.errors = errors.replacing(/(?m)^ramit: built for .*\n/, with: "")
    }
  }

  /// The command line.
  static let path = path(of: "ramit")

  /// A program in the folder that `RAMIT_PROGRAMS` names; without it beside the test bundle, where the build puts both.
  /// Nil when it was not built.
  static func path(of name: String) -> String? {
    if let folder = ProcessInfo.processInfo.environment["RAMIT_PROGRAMS"] { return folder + "/" + name }
    var places = [URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
    places.append(Bundle.main.bundleURL)
    places.append(Bundle.main.bundleURL.deletingLastPathComponent())
    return places.map { $0.appendingPathComponent(name).path }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// - Parameters:
  ///   - program: the path of another program of the package.
  ///   - home: the home folder; without it, the test's own.
  static func run(_ arguments: [String], program: String? = path, home: String? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? "")
    process.arguments = arguments
    if let home { process.environment = ProcessInfo.processInfo.environment.merging(["HOME": home]) { $1 } }
    // Files, not pipes: nothing can fill up and block.
    return try Folder.temporary { folder in
      let files = ["output", "errors"].map { folder.file($0) }
      let handles = try files.map { file in
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: file))
      }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = handles[0]
      process.standardError = handles[1]
      try process.run()
      process.waitUntilExit()
      let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
      return Outcome(process, output: texts[0], errors: texts[1])
    }
  }
}

/// A temporary folder and the files in it.
struct Folder {
  let path: String

  static func temporary<Result>(_ body: (Folder) throws -> Result) throws -> Result {
    try withTemporaryFolder { try body(Folder(path: $0)) }
  }

  func file(_ name: String) -> String { path + "/" + name }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  func data(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }

  /// A folder in this one.
  func folder(_ name: String) throws -> Folder {
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
    return Folder(path: file(name))
  }

  @discardableResult func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}
