import Foundation
import RAMiTImaging
import Testing

@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct EvaluateTests {
  @Test func tableJSONAndImages() throws {
    try Folder.temporary { folder in
      try folder.folder("Set/HR").picture("a.png", width: 40, height: 38)
      let run = try Program.run(
        "evaluate", "--weights", folder.weights(), "--testset", folder.file("Set"), "--json", folder.file("s.json"),
        "--save",
        folder.file("out"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("bicubic downscaling") && run.output.contains("mean of 1"))
      let data = try folder.data("s.json")
      let reports = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
      let rows = try #require(reports.first?["rows"] as? [[String: Any]])
      #expect(reports[0]["testset"] as? String == "Set" && reports[0]["sigma"] is NSNull)
      #expect(rows[0]["name"] as? String == "a" && rows[0]["psnr"] is Double && rows[0]["ssim"] is Double)
      #expect(try ImageFile.size(folder.file("out/a.png")).width == 40)
    }
  }

  /// Levels of noise, one report each.
  @Test func levelsOfNoise() throws {
    try Folder.temporary { folder in
      try folder.folder("Set/HQ").picture("a.png")
      let run = try Program.run(
        "evaluate", "--weights", folder.weights("dn.safetensors", .dn), "--testset", folder.file("Set"), "--sigma",
        "15", "50",
        "--json", folder.file("s.json"), "--quiet")
      #expect(run.code == 0 && run.output.isEmpty, "\(run.errors)")
      let data = try folder.data("s.json")
      let reports = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
      #expect(reports.map { $0["sigma"] as? Double } == [15, 50])
    }
  }

  /// Broken images and missing sets give one line each; the rest is scored.
  @Test func brokenFilesOfASet() throws {
    try Folder.temporary { folder in
      let targets = try folder.folder("Set/HR")
      let names = try targets.brokenImages(like: targets.picture("good.png", width: 40, height: 40))
      let empty = try folder.folder("empty")
      let run = try Program.run(
        "evaluate", "--weights", folder.weights(), "--testset", folder.file("none"), folder.file("Set"), empty.path,
        "--json", folder.file("s.json"))
      #expect(run.code == 1)
      #expect(run.errorLines.count == names.count + 2, "\(run.errors)")
      for name in names { #expect(run.errors.contains("Set/HR/\(name): expected "), "\(name)") }
      #expect(run.errors.contains("\(folder.path)/none: expected a folder of images, found no such folder"))
      #expect(run.errors.contains("\(empty.path): expected images, found an empty folder"))
      #expect(run.output.contains("mean of 1"))
      #expect(folder.exists("s.json"))
    }
  }

  /// A target without its input is named, and the others are scored.
  @Test func missingPartners() throws {
    try Folder.temporary { folder in
      try folder.folder("Set/HR").picture("a.png", width: 40, height: 40)
      try folder.folder("Set/HR").picture("b.png", width: 40, height: 40)
      try folder.folder("Set/LR").picture("a.png", width: 20, height: 20)
      let run = try Program.run("evaluate", "--weights", folder.weights(), "--testset", folder.file("Set"))
      #expect(run.code == 1 && run.errorLines.count == 1)
      #expect(run.errors.contains("Set/HR/b.png: expected an input named b or bx2"))
      #expect(run.output.contains("mean of 1") && !run.output.contains("bicubic downscaling"))
    }
  }

  /// Sets of one name are saved beside each other.
  @Test func setsOfOneName() throws {
    try Folder.temporary { folder in
      for parent in ["one", "two", "three"] { try folder.folder("\(parent)/Set").picture("a.png") }
      let sets = ["one", "two", "three"].map { folder.file("\($0)/Set") }
      let run = try Program.run(
        ["evaluate", "--weights", folder.weights(), "--save", folder.file("out"), "--testset"] + sets)
      #expect(run.code == 0, "\(run.errors)")
      for name in ["Set", "Set-2", "Set-3"] { #expect(folder.exists("out/\(name)/a.png")) }
    }
  }

  /// A part of a published set is scored, and a line says that it is a part.
  @Test func partOfAPublishedSet() throws {
    try Folder.temporary { folder in
      try folder.folder("Set5/HR").picture("a.png")
      let run = try Program.run(
        "evaluate", "--weights", folder.weights(), "--testset", "Set5", "--root", folder.path)
      #expect(run.code == 0 && run.output.contains("Set5: 1 image, of a set of 5\n"), "\(run.output)")
    }
  }

  /// The home folder is put in for a tilde that no shell has expanded.
  @Test func tildes() throws {
    try Folder.temporary { folder in
      try folder.folder("Set/HR").picture("a.png", width: 40, height: 38)
      try folder.weights("w.safetensors")
      let run = try Program.run(
        ["evaluate", "--weights", "~/w.safetensors", "--testset", "~/Set", "--json", "~/s.json", "--save", "~/out"],
        home: folder.path)
      #expect(run.code == 0, "\(run.errors)")
      #expect(folder.exists("s.json") && folder.exists("out/a.png"))
    }
  }

  @Test func noiseIsForDenoising() throws {
    try Folder.temporary { folder in
      let run = try Program.run(
        "evaluate", "--weights", folder.weights(), "--testset", folder.path, "--sigma", "15")
      #expect(run.code == 1 && run.errors == "ramit: --sigma: expected a denoising model, found one for x2\n")
    }
  }

  /// Folders of images are scored without a model; several sets have their means below.
  @Test func restoredFolders() throws {
    try Folder.temporary { folder in
      for (set, name) in [("one", "a"), ("one", "b"), ("two", "a")] {
        try folder.folder("\(set)/HR").picture("\(name).png", width: 40, height: 38)
        try folder.folder("\(set)/out").picture("\(name)_SwinIR.png", width: 40, height: 38, channels: 3)
      }
      try folder.folder("one/out").picture("b_SwinIR.png", width: 30, height: 38)
      let folders =
        ["--restored"] + ["one", "two"].map { folder.file("\($0)/out") } + ["--target"]
        + ["one", "two"].map { folder.file("\($0)/HR") }
      let run = try Program.run(
        ["evaluate", "--task", "x2", "--protocol", "matlab", "--border", "3", "--csv", folder.file("s.csv")] + folders
          + ["--markdown", folder.file("s.md"), "--json", folder.file("s.json"), "--metrics", "ssim", "psnr"])
      #expect(run.code == 1 && run.errorLines.count == 1)
      #expect(run.errors.contains("one/out/b_SwinIR.png: expected 40 x 38 pixels, as "))
      #expect(run.output.contains("matlab protocol, changed: Y rounded, border 3\n"))
      #expect(run.output.contains("mean over 2 sets") && run.output.contains("mean over all 2 images"))
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
      let data = try folder.data("s.json")
      let reports = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
      let rules = try #require(reports[0]["protocol"] as? [String: Any])
      #expect(rules["name"] as? String == "matlab" && rules["border"] as? Int == 3 && rules["changed"] as? Bool == true)
      #expect(reports[0]["baseline"] is NSNull && reports[1]["psnr"] as? String == "Infinity")
      #expect(try String(decoding: folder.data("s.csv"), as: UTF8.self).hasPrefix("row,model,task,testset,"))
      #expect(try String(decoding: folder.data("s.md"), as: UTF8.self).hasPrefix("## one, out x2\n"))
    }
  }

  /// Two checkpoints are compared image by image, at once or by what was written.
  @Test func pairedComparison() throws {
    try Folder.temporary { folder in
      for name in ["a", "b"] { try folder.folder("Set/HQ").picture("\(name).png") }
      let weights = try folder.weights("dn.safetensors", .dn)
      let evaluate = ["evaluate", "--weights", weights, "--testset", folder.file("Set"), "--sigma", "25", "--json"]
      #expect(try Program.run(evaluate + [folder.file("a.json")]).code == 0)
      #expect(try Program.run(evaluate + [folder.file("b.json"), "--noise", "numpy"]).code == 0)
      let a = folder.file("a.json")
      let same = try Program.run("compare", a, a, "--json", folder.file("c.json"))
      #expect(same.code == 0, "\(same.errors)")
      #expect(same.output.contains("Set, sigma 25") && same.output.contains("mean B-A"))
      let object = try JSONSerialization.jsonObject(with: folder.data("c.json")) as? [String: Any]
      let results = (object?["parts"] as? [[String: Any]])?[0]["results"] as? [[String: Any]]
      #expect(results?[0]["equal"] as? Int == 2 && results?[0]["meanDifference"] as? Double == 0)
      let other = try Program.run("compare", folder.file("a.json"), folder.file("b.json"))
      #expect(other.code == 1 && other.errors.contains("expected paper protocol: RGB, border 0, PyTorch's noise, as "))
      let against = try Program.run(Array(evaluate.dropLast()) + ["--against", weights])
      #expect(against.code == 0 && against.output.contains("B better"), "\(against.errors)")
      let text = String(decoding: try folder.data("a.json"), as: UTF8.self)
      try folder.write(text.replacing("\"metrics\" : [", with: "\"metrics\" : [\"psnr\",").utf8, to: "twice.json")
      let twice = try Program.run("compare", folder.file("twice.json"), a, "--json", folder.file("d.json"))
      #expect(twice.code == 1 && twice.errors.contains("twice.json"), "\(twice)")
      let wrong = try Program.run("compare", weights, folder.file("a.json"))
      #expect(wrong.code == 1 && wrong.errors.contains("expected scores, as ramit evaluate --json writes them"))
    }
  }

  @Test(arguments: [
    (["--restored", "a"], "as many folders"), (["--restored", "a", "--target", "b", "--sigma", "15"], "--sigma"),
    (["--testset", "a"], "--weights or --task is missing"), (["--weights", "a"], "--testset needs"),
    (["--weights", "a", "--testset", "b", "c", "--inputs", "d"], "--inputs"),
    (["--weights", "a", "--testset", "b", "--border", "-1"], "border"),
    (["--weights", "a", "--testset", "b", "--metrics", "psnr", "psnr"], "twice"),
    (["--weights", "a", "--testset", "b", "--protocol", "papr"], "papr"),
  ])
  func wrongUsage(options: [String], word: String) throws {
    let run = try Program.run(["evaluate"] + options)
    #expect(run.code == 64 && run.errors.contains(word), "\(run.errors)")
  }
}
