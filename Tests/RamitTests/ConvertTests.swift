import Models
import Serialization
import Testing

/// `ramit convert`: weights of another file, or of a training's checkpoint, with their configuration inside.
@Suite(.enabled(if: Program.path != nil, "the program is not built")) struct ConvertTests {
  /// A small denoiser's state dictionary, which does not tell its task.
  private var model: RAMiT {
    var configuration = RAMiTVariant.ramit1.configuration(for: .dn)
    (configuration.dim, configuration.depths) = (16, [1, 1, 1, 1])
    return RAMiT(configuration, seed: 5)
  }

  @Test func theModelIsWrittenWithItsWeights() throws {
    let model = model
    try Folder.temporary { folder in
      var bare = model.parameters.stateDict
      bare["adam.m.shallow.conv.bias"] = bare["shallow.conv.bias"]
      bare.metadata = ["iteration": "7", "crc32": "0", "author": "somebody"]
      try SafeTensors.write(bare, to: folder.file("bare.safetensors"))
      let (input, output) = (folder.file("bare.safetensors"), folder.file("out.safetensors"))

      let asked = try Program.run("convert", input, output)
      #expect(asked.code == 1 && asked.errorLines.count == 1 && asked.errors.contains("--task dn, lle, dr"))
      #expect(!folder.exists("out.safetensors"))

      let done = try Program.run("convert", input, output, "--task", "dn")
      #expect(done.code == 0 && done.errors.isEmpty)
      #expect(done.output == "\(output): custom for dn, \(model.parameters.count) parameters\n")
      let written = try WeightFile.read(output)
      #expect(written.names == model.parameters.stateDict.names)
      #expect(Set(written.metadata.keys) == ["model", "iteration", "author"])
      #expect(try RAMiT(weights: output).configuration == model.configuration)
      #expect(try RAMiT(weights: output).parameters.values.array == model.parameters.values.array)

      // What is there stays, unless it is to be overwritten.
      let refused = try Program.run("convert", input, output, "--task", "dr")
      #expect(refused.code == 1 && refused.errors.contains("--force"))
      #expect(try RAMiT(weights: output).configuration.task == .dn)
      let forced = try Program.run("convert", input, output, "--task", "dr", "--force", "--quiet")
      #expect(forced.code == 0 && forced.output.isEmpty)
      #expect(try RAMiT(weights: output).configuration.task == .dr)
    }
  }

  @Test func whatCannotBeConvertedIsToldInOneLine() throws {
    try Folder.temporary { folder in
      try folder.write("not weights".utf8, to: "text.pth")
      try folder.write([], to: "empty.pth")
      try SafeTensors.write(model.parameters.stateDict, to: folder.file("bare.safetensors"))
      for (input, output) in [
        ("text.pth", "a.safetensors"), ("empty.pth", "a.safetensors"), ("none.pth", "a.safetensors"),
        (".", "a.safetensors"), ("bare.safetensors", "a.pth"), ("bare.safetensors", "none/a.safetensors"),
      ] {
        let outcome = try Program.run("convert", folder.file(input), folder.file(output), "--task", "dn")
        #expect(outcome.code == 1 && outcome.errorLines.count == 1, "\(input) \(outcome.errors)")
        #expect(!folder.exists(output))
      }
      let other = try Program.run(
        "convert", folder.file("bare.safetensors"), folder.file("a.safetensors"), "--task", "dn", "--model", "RAMiT")
      #expect(other.code == 1 && other.errors.contains("expected weights of RAMiT for dn"))
      #expect(!folder.exists("a.safetensors"))
    }
  }
}
