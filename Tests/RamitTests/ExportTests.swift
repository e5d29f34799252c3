import Foundation
import RAMiTModels
import Testing

/// `ramit export`: a model as ONNX. What is in the file is tested with RAMiTONNX.
@Suite(.enabled(if: Program.path != nil, "the program is not built")) struct ExportTests {
  @Test func aModelIsWritten() throws {
    try Folder.temporary { folder in
      let weights = try folder.weights(), output = folder.file("model.onnx")
      let any = try Program.run("export", weights, output)
      #expect(any.code == 0 && any.errors.isEmpty, "\(any.errors)")
      #expect(any.output == "\(output): custom for x2, images of any size\n")
      let first = try folder.data("model.onnx")
      #expect(first.count > 100_000 && String(decoding: first, as: UTF8.self).contains("stage1.blocks.block0"))

      let refused = try Program.run("export", weights, output, "--size", "20x30")
      #expect(refused.code == 1 && refused.errors.contains("--force") && refused.errorLines.count == 1)
      #expect(try folder.data("model.onnx") == first)
      let fixed = try Program.run("export", weights, output, "--size", "20x30", "--force")
      #expect(fixed.code == 0 && fixed.output == "\(output): custom for x2, one image of 20 x 30\n")
      #expect(try folder.data("model.onnx") != first)
      let quiet = try Program.run("export", weights, folder.file("again.onnx"), "--quiet")
      #expect(quiet.code == 0 && quiet.output.isEmpty)
      #expect(try folder.data("again.onnx") == first)
    }
  }

  @Test func whatCannotBeExportedIsToldInOneLine() throws {
    try Folder.temporary { folder in
      let weights = try folder.weights()
      try folder.write("not weights".utf8, to: "text.pth")
      for (input, output, options) in [
        ("text.pth", "a.onnx", []), ("none.pth", "a.onnx", []), ("weights.safetensors", "a.onxx", []),
        ("weights.safetensors", "none/a.onnx", []), ("weights.safetensors", "a.onnx", ["--task", "x3"]),
        ("weights.safetensors", "a.onnx", ["--model", "SwinIR-light"]),
      ] {
        let outcome = try Program.run(["export", folder.file(input), folder.file(output)] + options)
        #expect(outcome.code == 1 && outcome.errorLines.count == 1, "\(input) \(outcome.errors)")
        #expect(!folder.exists(output))
      }
      for size in ["0x4", "4", "axb", "20000x4"] {
        #expect(try Program.run("export", weights, folder.file("a.onnx"), "--size", size).code == 64)
      }
    }
  }
}
