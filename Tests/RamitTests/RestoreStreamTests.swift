import Foundation
import RAMiTImaging
import Testing

/// `ramit restore` with pipes, single files, and places that cannot be written.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct RestoreStreamTests {
  /// Runs the program in a shell, whose `$R` is `ramit restore` with weights; `$F` is the folder.
  private func shell(_ folder: Folder, _ script: String) throws -> Program.Outcome {
    let weights = folder.exists("weights.safetensors") ? folder.file("weights.safetensors") : try folder.weights()
    let start = #"P="$1"; W="$2"; F="$3"; r() { "$P" restore --threads 1 --weights "$W" "$@"; }; "#
    return try RunningProgram([weights, folder.path], in: folder, shell: start + script).outcome()
  }

  @Test func theStandardInputAndOutput() throws {
    try Folder.temporary { folder in
      try folder.picture("a.png")
      let run = try shell(
        folder,
        #"""
        r - --output "$F/one" < "$F/a.png" && cat "$F/a.png" | r /dev/stdin --output "$F/two" --quiet &&
        cat "$F/a.png" | r - --output - > "$F/three.png" && mkfifo "$F/pipe" &&
        (cat "$F/a.png" > "$F/pipe" & r "$F/pipe" --output "$F/four" --quiet) &&
        r "$F/a.png" --output "$F/five.jpg" --quiet && r - --output - --quiet < "$F/pipe.none"
        """#)
      #expect(run.code != 0)
      #expect(run.output == "- (24x20) -> \(folder.path)/one/stdin.png (48x40)\n1 restored\n")
      let restored = try ImageFile.read(folder.file("one/stdin.png"))
      for name in ["two/stdin.png", "three.png", "four/pipe.png"] {
        #expect(try ImageFile.read(folder.file(name)) == restored, "\(name)")
      }
      #expect(try ImageFile.load(folder.file("five.jpg")).format == .jpeg)
      // Lines do not mix with the image.
      #expect(run.errors.contains("- (24x20) -> - (48x40)\n1 restored\n"))
    }
  }

  @Test func oneImageForTheStandardOutput() throws {
    try Folder.temporary { folder in
      let photo = try folder.picture("a.png")
      try folder.picture("b.png")
      let weights = try folder.weights()
      let run = try Program.run("restore", folder.path, "--weights", weights, "--output", "-")
      #expect(run.code == 1 && run.output.isEmpty && run.errors.hasSuffix("expected one photo, found 2\n"))
      let both = try Program.run("restore", photo, "--weights", weights, "--output", "-", "--json", "-")
      #expect(both.code == 64)
      let wrong = try Program.run(
        "restore", photo, "--weights", weights, "--output", folder.file("x.jpg"), "--format", "png")
      #expect(wrong.code == 1 && wrong.errors.hasPrefix("ramit: --format: expected the kind of --output"))
    }
  }

  /// A slip of `--json` costs nobody their weights, photos or results.
  @Test func jsonReplacesNothingElse() throws {
    try Folder.temporary { folder in
      let photo = try folder.picture("a.png"), weights = try folder.weights()
      let before = try Data(contentsOf: URL(fileURLWithPath: weights))
      func restore(_ json: String) throws -> Program.Outcome {
        try Program.run(
          "restore", photo, "--weights", weights, "--output", folder.file("out"), "--json", folder.file(json))
      }
      for json in ["weights.safetensors", "a.png", "out/a.png", "", "out/.ramit-restored.jsonl"] {
        let run = try restore(json)
        #expect(run.code == 1 && run.errorLines.count == 1 && run.output.isEmpty, "\(json): \(run.errors)")
        #expect(!folder.exists("out/a.png"), "\(json)")
      }
      #expect(try restore("report.json").code == 0 && restore("report.json").code == 0)
      #expect(try restore("out/a.png").errors.contains("--json: expected a file that is no output"))
      #expect(try ImageFile.size(folder.file("out/a.png")).width == 48)
      let scored = try Program.run(
        "evaluate", "--weights", weights, "--testset", folder.folder("set").path, "--json", weights)
      #expect(scored.code == 1 && scored.errors.contains("a file of another kind, which is left as it is"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: weights)) == before)
    }
  }

  /// The work is done, and the exit code says that not all could be said.
  @Test(arguments: [
    ("> /dev/full", true), (">&-", true), ("2>&-", true), ("> /dev/null 2> /dev/full", true), ("> /dev/null", false),
  ])
  func placesThatCannotBeWritten(_ redirection: String, _ isRefused: Bool) throws {
    try Folder.temporary { folder in
      try folder.folder("in").picture("a.png")
      try folder.picture("in/b.png")
      let missing = redirection.contains("2>") ? #""$F/none.png""# : ""
      let run = try shell(folder, #"r "$F/in" \#(missing) --output "$F/out" \#(redirection)"#)
      #expect(run.code == (isRefused ? 1 : 0), "\(run)")
      #expect(folder.exists("out/a.png") && folder.exists("out/b.png"))
      if missing.isEmpty, isRefused { #expect(run.errors.hasPrefix("ramit: standard output: expected ")) }
    }
  }

  @Test func readersThatLeave() throws {
    try Folder.temporary { folder in
      for name in ["in/a.png", "in/b.png", "in/c.png"] {
        _ = try folder.folder("in")
        try folder.picture(name)
      }
      let run = try shell(folder, #"{ r "$F/in" --output "$F/out"; echo $? > "$F/code"; } | true"#)
      #expect(run.errors.isEmpty)
      #expect(try String(contentsOfFile: folder.file("code"), encoding: .utf8) == "1\n")
      #expect(folder.exists("out/c.png"))
    }
  }

  /// Other commands, too, do not end by a signal.
  @Test(arguments: ["--help", "--version", "data list", "summary --model RAMiT --task x2"])
  func otherCommands(_ arguments: String) throws {
    try Folder.temporary { folder in
      for redirection in ["> /dev/full", ">&-"] {
        let run = try shell(folder, #""$P" \#(arguments) \#(redirection)"#)
        #expect(run.code == 1, "\(redirection)")
      }
      let wrong = try shell(folder, #""$P" nothing 2>&-"#)
      #expect(wrong.code == 64)
    }
  }

  @Test func namesThatAreNotUTF8() throws {
    try Folder.temporary { folder in
      try folder.picture("a.png")
      let run = try shell(
        folder,
        #"""
        N=$(printf 'caf\351'); mkdir "$F/in" && cp "$F/a.png" "$F/in/$N.png" &&
        r "$F/in" --output "$F/$N" --json "$F/$N.json" &&
        r "$F/in/$N.png" --output "$F/$N" && mv "$F/$N/$N.png" "$F/found.png" && mv "$F/$N.json" "$F/found.json"
        """#)
      #expect(run.code == 0, "\(run)")
      #expect(
        run.output.replacing(folder.path, with: "")
          == #"""
          /in/caf\xE9.png (24x20) -> /caf\xE9/caf\xE9.png (48x40)
          1 restored
          /caf\xE9/caf\xE9.png: exists, skipped
          0 restored, 1 skipped (--overwrite restores them again)

          """#)
      #expect(try ImageFile.size(folder.file("found.png")).width == 48)
      #expect(try String(contentsOfFile: folder.file("found.json"), encoding: .utf8).contains(#"/in/caf\\xE9.png""#))
    }
  }
}
