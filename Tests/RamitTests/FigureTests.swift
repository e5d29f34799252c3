import Foundation
import RAMiTImaging
import RAMiTModels
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// `ramit figure`: each kind is drawn, as PNG and as SVG, and what is wrong is said on one line.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct FigureTests {
  /// A photo and the weights of two small models.
  private func sources(_ folder: Folder) throws -> (photo: String, weights: [String]) {
    (
      try folder.picture("photo.png", width: 64, height: 48),
      [try folder.weights("first.safetensors"), try folder.weights("second.safetensors")]
    )
  }

  private func figure(_ kind: String, _ arguments: [String], _ folder: Folder) throws {
    for ending in ["png", "svg"] {
      let path = folder.file("figures/\(kind).\(ending)")
      let run = try Program.run(["figure", kind] + arguments + ["--output", path])
      #expect(run.code == 0 && run.errors.isEmpty, "\(kind): \(run.errors)")
      #expect(run.output.hasSuffix("figure  \(path)\n"), "\(run.output)")
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      if ending == "png" {
        #expect(try ImageFile.decode(Array(bytes), from: path).width > 200)
      } else {
        #expect(XMLParser(data: bytes).parse())
      }
    }
  }

  @Test func everyKindIsDrawn() throws {
    try Folder.temporary { folder in
      let (photo, weights) = try sources(folder)
      let models = [photo, "--weights"] + weights
      try figure("crops", models + ["--box", "20x16+3+5", "--json", folder.file("crops.json")], folder)
      try figure("features", models + ["--layer", "stage4", "attn_mix", "stage4*attn_mix"], folder)
      try figure("attention", [photo, "--weights", weights[0], "--layer", "stage1.spatial.0", "--head", "1"], folder)
      try figure(
        "attribution", models + ["--box", "8x8+20+20", "--steps", "8", "--json", folder.file("map.json")], folder)
      let table = try folder.write("name,multAdds,psnr\nA <&>,1G,30\nB,2G,31\n".utf8, to: "table.csv")
      try figure("tradeoff", [table, "--highlight", "A"], folder)
      let rows = try #require(
        try JSONSerialization.jsonObject(
          with: Data(contentsOf: URL(fileURLWithPath: folder.file("map.json")))) as? [[String: Any]])
      #expect(rows.compactMap { $0["model"] as? String } == ["first", "second"])
      for row in rows {
        let sum = try #require(row["sum"] as? Double), change = try #require(row["change"] as? Double)
        #expect(abs(sum - change) < 0.01 * abs(change))
      }
    }
  }

  @Test func layersAreListed() throws {
    try Folder.temporary { folder in
      let (photo, weights) = try sources(folder)
      let run = try Program.run("figure", "attention", photo, "--weights", weights[0], "--list")
      #expect(run.code == 0 && run.output.hasPrefix("stage1.spatial.0  3 heads, windows of 8x8, map of 32x32\n"))
    }
  }

  /// A figure replaces figures alone: no photo that it is made of, and nothing of another kind.
  @Test func photosAndWeightsStayAsTheyAre() throws {
    try Folder.temporary { folder in
      let (photo, weights) = try sources(folder)
      let other = try folder.picture("other.png")
      for (output, more) in [
        (photo, []), (other, []), (weights[0], ["--format", "png"]), (weights[1], ["--format", "svg"]),
      ] {
        let before = try Data(contentsOf: URL(fileURLWithPath: output))
        let run = try Program.run(
          ["figure", "crops", photo, "--output", output] + more + ["--weights", weights[0]])
        #expect(run.code == 1 && run.errorLines.count == 1 && run.errors.contains("an earlier figure"), "\(run)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == before)
      }
      for box in ["20x16+10+5", "16x20+5+10"] {
        let run = try Program.run(
          "figure", "crops", photo, "--output", folder.file("crops.png"), "--weights", weights[0], "--box", box)
        #expect(run.code == 0, "\(run)")
      }
    }
  }

  @Test func whatIsWrongIsSaidOnOneLine() throws {
    try Folder.temporary { folder in
      let (photo, weights) = try sources(folder)
      let other = try folder.weights("x3.safetensors", .x3), output = folder.file("out.png")
      for (arguments, words) in [
        (
          ["crops", photo, "--weights", weights[0], "--box", "20x16+60+5"],
          "--box: expected a box inside the image of 64x48"
        ),
        (["crops", folder.file("none.png"), "--weights", weights[0]], "none.png: expected an image"),
        (["crops", photo, "--weights", folder.file("none.pth")], "none.pth: expected"),
        (["crops", photo, "--weights", weights[0], other], "x3.safetensors: expected weights for x2"),
        (["features", photo, "--weights", weights[0], "--layer", "stage5"], "shallow, stage1, down1"),
        (["attention", photo, "--weights", weights[0], "--layer", "x"], "stage1.spatial.0, stage1.channel.0"),
        (["attention", photo, "--weights", weights[0], "--pixel", "99,1"], "--pixel: expected a pixel"),
        (["attribution", photo, "--weights", weights[0], "--area", "10x10+60+0"], "--area: expected"),
        (["tradeoff", folder.file("none.csv")], "none.csv: expected a table"),
      ] {
        let run = try Program.run(["figure"] + arguments + ["--output", output])
        #expect(run.code == 1 && run.errorLines.count == 1 && run.errors.contains(words), "\(run.errors)")
        #expect(!folder.exists("out.png"))
      }
      for arguments in [
        ["crops", photo, "--weights", weights[0], "--output", output, "--box", "20x16"],
        ["features", photo, "--weights", weights[0], "--output", output, "--zoom", "0"],
        ["attention", photo, "--weights", weights[0]], ["features", "--weights", weights[0], "--output", output],
      ] {
        #expect(try Program.run(["figure"] + arguments).code == 64, "\(arguments)")
      }
      let run = try Program.run("figure", "crops", photo, "--weights", weights[0], "--output", folder.file("a.pdf"))
      #expect(run.code == 1 && run.errors.contains("a.pdf: expected a name that ends in .png or .svg"))
    }
  }
}
