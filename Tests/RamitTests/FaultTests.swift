import Foundation
import Testing

/// Weights and configurations that are not what they must be: one line, exit code 1, no crash.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct FaultTests {
  /// The one line that a run with these weights ends with.
  private func fault(_ folder: Folder, weights: String, _ more: String...) throws -> String {
    let photo = try folder.picture("photo.png")
    let run = try Program.run(
      ["restore", photo, "--weights", weights, "--output", folder.file("out")] + more)
    #expect(run.code == 1)
    #expect(run.errorLines.count == 1, "\(run.errors)")
    #expect(run.errors.hasPrefix("ramit: \(weights): expected "), "\(run.errors)")
    #expect(!folder.exists("out/photo.png"))
    return run.errors
  }

  @Test func weightsThatAreNot() throws {
    try Folder.temporary { folder in
      let whole = try Data(contentsOf: URL(fileURLWithPath: folder.weights()))
      _ = try fault(folder, weights: folder.file("none.safetensors"))
      _ = try fault(folder, weights: folder.write(whole.prefix(whole.count / 2), to: "cut.safetensors"))
      _ = try fault(folder, weights: folder.write(whole.prefix(30), to: "head.safetensors"))
      _ = try fault(folder, weights: folder.write(Data(), to: "empty.pth"))
      _ = try fault(folder, weights: folder.write("hello".utf8, to: "text.pth"))
      _ = try fault(folder, weights: folder.write("PK\u{3}\u{4} and no more".utf8, to: "zip.pth"))
      let huge = [UInt8](repeating: 0xff, count: 7) + [0x7f] + Array("{\"a\":{}}".utf8)
      _ = try fault(folder, weights: folder.write(huge, to: "huge.safetensors"))
      _ = try fault(folder, weights: folder.picture("picture.png"))
      // A small file whose notes claim a model of 10^11 parameters.
      let notes = #"{"task":"x2","dim":4096,"depths":[100,100,100,100]}"#.replacing("\"", with: #"\""#)
      let header = #"{"__metadata__":{"model":"\#(notes)"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
      let size = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
      let claim = try folder.write(size + Array(header.utf8) + [0, 0, 0, 0], to: "claim.safetensors")
      #expect(try fault(folder, weights: claim).contains("values, found 1 in 1 tensor"))
    }
  }

  @Test func weightsOfAnotherTask() throws {
    try Folder.temporary { folder in
      _ = try fault(folder, weights: folder.weights("x2.safetensors", .x2), "--task", "x3")
    }
  }

  /// A limit of the address space stands for a memory that is full: the photo is restored, in tiles where the whole is
  /// refused, or there is one line.
  @Test(arguments: [50, 100, 200, 300, 400, 600, 900]) func aLimitOfMemoryIsALine(mebibytes: Int) throws {
    try Folder.temporary { folder in
      let size = ["--width", "800", "--height", "600"]
      #expect(
        try Program.run(
          ["data", "synthesize", "--task", "x2", "--count", "1", "--output", folder.file("drawn")] + size
        )
        .code == 0)
      let run = try RunningProgram(
        [
          "restore", folder.file("drawn/HR/0001.png"), "--task", "dn", "--output", folder.file("out"), "--threads", "2",
        ],
        in: folder, shell: "ulimit -v \(mebibytes << 10); exec \"$@\""
      ).outcome()
      // The loader of a program that does not even fit has a code of its own.
      if run.code != 127 { #expect(run.code == 0 || (run.code == 1 && mebibytes < 300), "\(run)") }
      #expect(run.errorLines.count == (run.code == 0 ? 0 : 1), "\(run.errors)")
      #expect(folder.exists("out/0001.png") == (run.code == 0))
    }
  }

  @Test func unknownOptionsHaveCode64() throws {
    for arguments in [
      ["restore"], ["evaluate", "--weights", "w"], ["nothing"], ["benchmark", "--runs", "0"],
      ["benchmark", "--threads", "0"],
    ] {
      let run = try Program.run(arguments)
      #expect(run.code == 64, "\(arguments)")
    }
  }

  @Test func casesThatAreNot() throws {
    let run = try Program.run("benchmark", "infer:12")
    #expect(run.code == 1 && run.errors == "ramit: benchmark: expected infer:HxW or train:BxP, found infer:12\n")
    #expect(run.output.isEmpty)
  }

  @Test func configurationsThatAreNot() throws {
    try Folder.temporary { folder in
      func fault(_ file: String) throws -> String {
        let run = try Program.run("train", file, "--output", folder.file("run"))
        #expect(run.code == 1 && run.errorLines.count == 1, "\(run.errors)")
        #expect(run.errors.hasPrefix("ramit: \(file)"), "\(run.errors)")
        return run.errors
      }
      #expect(try fault(folder.write("task: x2\nmodle: 1\n".utf8, to: "key.yaml")).contains("key.yaml:2:1: expected"))
      _ = try fault(folder.write("task: [".utf8, to: "syntax.yaml"))
      _ = try fault(folder.write(Data(), to: "empty.yaml"))
      _ = try fault(folder.write([0xff, 0xfe, 0, 1, 2], to: "binary.yaml"))
      _ = try fault(folder.file("none.yaml"))
    }
  }

  @Test func helpAndVersion() throws {
    for arguments in [
      ["--help"], ["--version"], ["evaluate", "--help"], ["restore", "--help"], ["benchmark", "--help"],
    ] {
      let run = try Program.run(arguments)
      #expect(run.code == 0 && !run.output.isEmpty && run.errors.isEmpty, "\(arguments)")
    }
    let version = try Program.run("--version").output
    #expect(version.wholeMatch(of: /ramit \d+\.\d+\.\d+ \(built for .+\)\n/) != nil, "\(version)")
  }

  /// The program that a person chooses, of a download, is run or refused; it is never another one.
  @Test(arguments: ["sse2", "avx2", "avx512", "neon", "SSE2"])
  func aChosenInstructionSet(_ name: String) throws {
    let path = try #require(Program.path)
    let run = try Program.run(["RAMIT_INSTRUCTION_SET=" + name, path, "--version"], program: "/usr/bin/env")
    let titles = ["sse2": "SSE2", "avx2": "AVX2 + FMA", "avx512": "AVX-512", "neon": "NEON"]
    let builtFor = try Program.run("--version").output
    if let title = titles[name], builtFor.contains("(built for \(title),") {
      #expect(run.code == 0 && run.output == builtFor)
    } else {
      #expect(run.code == 1 && run.output.isEmpty && run.errorLines.count == 1, "\(run)")
      #expect(run.errors.contains("RAMIT_INSTRUCTION_SET"), "\(run)")
    }
  }
}
