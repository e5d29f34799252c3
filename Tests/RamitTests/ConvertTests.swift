import Foundation
import RAMiTDiagnostics
import RAMiTModels
import RAMiTSerialization
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
      #expect(done.output == "\(output): custom for dn, \(model.parameters.count.grouped) parameters\n")
      let written = try WeightFile.read(output)
      #expect(written.names == model.stateDict.names)
      #expect(Set(written.metadata.keys) == ["model", "iteration", "author", "format"])
      #expect(try PretrainedRAMiT(weights: output).architecture == model.architecture)
      #expect(try PretrainedRAMiT(weights: output).model.parameters.values.array == model.parameters.values.array)

      // What is there stays, unless it is to be overwritten.
      let refused = try Program.run("convert", input, output, "--task", "dr")
      #expect(refused.code == 1 && refused.errors.contains("--force"))
      #expect(try PretrainedRAMiT(weights: output).architecture.task == .dn)
      let forced = try Program.run("convert", input, output, "--task", "dr", "--force", "--quiet")
      #expect(forced.code == 0 && forced.output.isEmpty)
      #expect(try PretrainedRAMiT(weights: output).architecture.task == .dr)
    }
  }

  @Test func whatCannotBeConvertedIsToldInOneLine() throws {
    try Folder.temporary { folder in
      try folder.write("not weights".utf8, to: "text.pth")
      try folder.write([], to: "empty.pth")
      try SafeTensors.write(model.parameters.stateDict, to: folder.file("bare.safetensors"))
      for (input, output) in [
        ("text.pth", "a.safetensors"), ("empty.pth", "a.safetensors"), ("none.pth", "a.safetensors"),
        (".", "a.safetensors"), ("bare.safetensors", "a.txt"), ("bare.safetensors", "safetensors"),
        ("bare.safetensors", "none/a.safetensors"), ("bare.safetensors", "none/a.pth"),
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

  @Test func checkpointsOfPyTorchAreWritten() throws {
    let model = model
    try Folder.temporary { folder in
      try model.write(to: folder.file("in.safetensors"))
      for output in ["out.pth", "out.PT", "again.pth"] {
        let done = try Program.run("convert", folder.file("in.safetensors"), folder.file(output))
        #expect(done.code == 0 && done.errors.isEmpty, "\(done.errors)")
        let written = try WeightFile.read(folder.file(output))
        #expect(written.names == model.stateDict.names)
        for (name, tensor) in model.stateDict { #expect(written[name]?.array == tensor.array) }
      }
      let files = try ["out.pth", "out.PT", "again.pth"].map { try folder.data($0) }
      #expect(files[0] == files[1] && files[0] == files[2])
      // And back; such a file does not tell the task.
      let back = try Program.run("convert", folder.file("out.pth"), folder.file("back.safetensors"), "--task", "dn")
      #expect(back.code == 0)
      #expect(try PretrainedRAMiT(weights: folder.file("back.safetensors")).architecture == model.architecture)
      // What shapes do not tell is lost, and said.
      var odd = model.architecture
      odd.helper.toggle()
      try RAMiT(odd).write(to: folder.file("odd.safetensors"))
      let lost = try Program.run("convert", folder.file("odd.safetensors"), folder.file("odd.pth"))
      #expect(lost.code == 0 && lost.errorLines.count == 1 && lost.errors.contains("does not hold the"))
    }
  }

  /// The average is taken, with a line that says so unless it is to be quiet.
  @Test func whichWeightsWereTakenIsSaid() throws {
    try Folder.temporary { folder in
      var tensors = NamedTensors()
      let other = RAMiT(model.architecture, seed: 6)
      for (name, tensor) in other.stateDict { tensors["params." + name] = tensor }
      for (name, tensor) in model.stateDict { tensors["params_ema." + name] = tensor }
      let input = folder.file("both.safetensors")
      try SafeTensors.write(tensors, to: input)
      for quiet in [[], ["--quiet"]] {
        let done = try Program.run(
          ["convert", input, folder.file("out.safetensors"), "--task", "dn", "--force"] + quiet)
        #expect(done.code == 0)
        let line = "ramit: \(input): 'params_ema', the averaged weights, taken; 'params' left\n"
        #expect(done.errors == (quiet.isEmpty ? line : ""))
        let written = try PretrainedRAMiT(weights: folder.file("out.safetensors")).model
        #expect(written.parameters.values.array == model.parameters.values.array)
      }
    }
  }

  /// One NaN is refused wherever weights are read, and nothing is written.
  @Test func weightsThatAreNotFiniteAreRefusedEverywhere() throws {
    try Folder.temporary { folder in
      var configuration = RAMiTConfiguration(task: .x2)
      (configuration.dim, configuration.depths, configuration.window) = (16, [1, 1, 1, 1], 2)
      configuration.wide.groups = 1
      let model = RAMiT(configuration)
      model.parameters.parameters.first { $0.name == "attn_mix.mobivari.pw_conv.bias" }?.value.pointer[3] = .infinity
      let weights = folder.file("spoiled.safetensors"), photo = try folder.picture("photo.png")
      try model.write(to: weights)
      try folder.folder("set").folder("HR").picture("photo.png")
      let yaml =
        "task: x2\nmodel: {dim: 16, depths: [1, 1, 1, 1], window: 2, wide: {groups: 1}}\ninitialWeights: \(weights)\n"
        + "data: {train: {type: procedural, samplesPerEpoch: 4, patch: 8, batch: 4}}\n"
        + "schedule: {epochs: 1, warmupEpochs: 0, milestones: []}\n"
      let train = try folder.write(yaml.utf8, to: "train.yaml")
      for arguments in [
        ["restore", photo, "--weights", weights, "--output", folder.file("out")],
        ["evaluate", "--weights", weights, "--testset", folder.file("set"), "--json", folder.file("out")],
        ["convert", weights, folder.file("out.safetensors")], ["convert", weights, folder.file("out.pth")],
        ["train", train, "--output", folder.file("run"), "--quiet"],
      ] {
        let run = try Program.run(arguments)
        #expect(run.code == 1)
        #expect(
          run.errors == "ramit: \(weights): expected finite weights, found 1 with values that are not finite "
            + "(attn_mix.mobivari.pw_conv.bias: 1 infinity of 16 values)\n", "\(arguments)")
      }
      for name in ["out", "out.safetensors", "out.pth"] { #expect(!folder.exists(name)) }
    }
  }

  @Test func aSmallFileSaysWhatItIsToldTo() throws {
    let model = model
    try Folder.temporary { folder in
      let (input, output, notes) = (folder.file("a.safetensors"), folder.file("b.safetensors"), folder.file("n.json"))
      try model.write(to: input, notes: ["iteration": "7"])
      try #"{"license": "MIT", "iteration": "8"}"#.write(toFile: notes, atomically: true, encoding: .utf8)
      let done = try Program.run("convert", input, output, "--half", "--notes", notes)
      #expect(done.code == 0 && done.errors.isEmpty)
      let written = try PretrainedRAMiT(weights: output)
      #expect(written.notes["license"] == "MIT" && written.notes["iteration"] == "8")
      let halves = model.parameters.values.array.map { Float(Float16($0)) }
      #expect(written.model.parameters.values.array == halves)

      func message(_ arguments: String...) throws -> String {
        let refused = try Program.run(["convert", input] + arguments)
        #expect(refused.code == 1 && refused.errorLines.count == 1)
        return refused.errors
      }
      #expect(
        try message(folder.file("c.pth"), "--half").contains("--half: expected an output that ends in .safetensors"))
      #expect(try message(folder.file("c.pth"), "--notes", notes).contains("--notes: expected"))
      for text in ["[]", #"{"license": 3}"#, "x"] {
        try text.write(toFile: notes, atomically: true, encoding: .utf8)
        #expect(try message(folder.file("c.safetensors"), "--notes", notes).contains("a JSON object of texts"))
      }
      try #"{"model": "x"}"#.write(toFile: notes, atomically: true, encoding: .utf8)
      #expect(try message(folder.file("c.safetensors"), "--notes", notes).contains("found model"))
      #expect(!folder.exists("c.safetensors") && !folder.exists("c.pth"))
    }
  }
}
