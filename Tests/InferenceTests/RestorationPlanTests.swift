import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTInference

struct RestorationPlanTests {
  private func plan(
    _ inputs: [String], _ folder: String, format: OutputFormat = .png, keepsSuffix: Bool = false
  ) -> (outputs: [String], errors: [String]) {
    let plan = RestorationPlan(
      inputs.map { folder + "/" + $0 }, to: .folder(folder + "/out"),
      naming: .init(format: format, keepsSuffix: keepsSuffix))
    func short(_ text: String) -> String { text.replacingOccurrences(of: folder + "/", with: "") }
    return (plan.items.map { short("\($0.input) > \($0.output)") }, plan.errors.map { short("\($0)") })
  }

  @Test func foldersKeepTheirStructure() throws {
    try withTemporaryFolder { folder in
      let image = picture(width: 4, height: 4, channels: 1)
      for file in ["in/b.png", "in/x/y/a.JPG", "in/.hidden/c.png", "in/x/d.jpeg", "one.png"] {
        try write(image, to: folder + "/" + file)
      }
      try Data().write(to: URL(fileURLWithPath: folder + "/in/notes.txt"))
      let (outputs, errors) = plan(["in", "one.png"], folder)
      #expect(
        outputs == [
          "in/b.png > out/b.png", "in/x/d.jpeg > out/x/d.png", "in/x/y/a.JPG > out/x/y/a.png", "one.png > out/one.png",
        ])
      #expect(errors.isEmpty)
      let same = plan(["in"], folder, format: .same).outputs
      #expect(same == ["in/b.png > out/b.png", "in/x/d.jpeg > out/x/d.jpg", "in/x/y/a.JPG > out/x/y/a.jpg"])
      #expect(plan(["one.png"], folder, format: .jpeg).outputs == ["one.png > out/one.jpg"])
      #expect(plan(["one.png"], folder, format: .webp).outputs == ["one.png > out/one.webp"])
    }
  }

  @Test func namesWithTheScaleOrWithoutIt() throws {
    try withTemporaryFolder { folder in
      let image = picture(width: 4, height: 4, channels: 1)
      for file in ["0001x2.png", "b_X2.jpg", "x2.png", "c.png"] { try write(image, to: folder + "/in/" + file) }
      func outputs(_ style: RestorationPlan.Naming.Style, _ task: RestorationTask, keepsSuffix: Bool = false)
        -> [String]
      {
        RestorationPlan(
          [folder + "/in"], to: .folder(folder + "/out"),
          naming: .init(keepsSuffix: keepsSuffix, style: style, task: task)
        ).items.map { String($0.output.dropFirst(folder.count + 5)) }
      }
      #expect(outputs(.input, .x2) == ["0001x2.png", "b_X2.png", "c.png", "x2.png"])
      #expect(outputs(.plain, .x2) == ["0001.png", "b.png", "c.png", "x2.png"])
      #expect(outputs(.task, .x2) == ["0001_x2.png", "b_x2.png", "c_x2.png", "x2_x2.png"])
      #expect(outputs(.plain, .x4) == ["0001x2.png", "b_X2.png", "c.png", "x2.png"])
      #expect(outputs(.task, .dn) == ["0001x2_dn.png", "b_X2_dn.png", "c_dn.png", "x2_dn.png"])
      #expect(outputs(.task, .x2, keepsSuffix: true) == ["0001_x2.png", "b_x2.jpg.png", "c_x2.png", "x2_x2.png"])
    }
  }

  @Test func whatCannotBeIsToldOf() throws {
    try withTemporaryFolder { folder in
      let image = picture(width: 4, height: 4, channels: 1)
      for file in ["a.png", "sub/a.png", "out/b.png", "empty/.keep.png"] { try write(image, to: folder + "/" + file) }
      let (outputs, errors) = plan(["a.png", "none.png", "sub", "a.png", "out/b.png", "empty"], folder)
      #expect(outputs == ["a.png > out/a.png"])
      #expect(
        errors == [
          "none.png: expected an image or a folder of images, found no such file",
          "empty: expected images, found a hidden one (.keep.png)",
          "sub/a.png: expected an output of its own, found out/a.png, which a.png becomes",
          "out/b.png: expected an output that is not an input, found out/b.png, which is one",
        ])
    }
  }

  /// A second run with the outputs below the inputs does not take them for inputs.
  @Test func outputsBelowTheInputs() throws {
    try withTemporaryFolder { folder in
      let image = picture(width: 4, height: 4, channels: 1)
      for file in ["a.png", "out/a.png"] { try write(image, to: folder + "/" + file) }
      let (outputs, errors) = plan([""], folder)
      #expect(outputs == ["a.png > out/a.png"] && errors.isEmpty)
    }
  }

  /// What lay in the output folder before is left out by name, and results of earlier runs are not.
  @Test func photosInTheOutputFolder() throws {
    try withTemporaryFolder { folder in
      let image = picture(width: 4, height: 4, channels: 3)
      for file in ["a.png", "out/mine.png", "out/x/mine.jpg"] { try write(image, to: folder + "/" + file) }
      let restoration = PhotoRestoration(Restorer(smallModel(.x2)))
      let first = RestorationPlan([folder], to: .folder(folder + "/out"))
      #expect(restoration.run(first).isComplete)
      let second = RestorationPlan([folder], to: .folder(folder + "/out"))
      for plan in [first, second] {
        #expect(plan.items.map(\.input) == [folder + "/a.png"] && plan.errors.isEmpty)
        #expect(plan.omissions.inOutputs == ["mine.png", "x/mine.jpg"].map { folder + "/out/" + $0 })
      }
      #expect(second.omissions.text?.contains("2 other images in the output folder (") == true)
      #expect(second.makes(folder + "/./out/a.png") && !second.makes(folder + "/out/b.png"))
    }
  }

  /// A link to an input is that input, and so is a second name of the same file.
  @Test func linksAreFollowed() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 4, height: 4, channels: 1), to: folder + "/in/a.png")
      try FileManager.default.createSymbolicLink(atPath: folder + "/out", withDestinationPath: folder + "/in")
      let (outputs, errors) = plan(["in"], folder)
      #expect(outputs.isEmpty && errors.count == 1 && errors[0].contains("expected an output that is not an input"))

      try FileManager.default.removeItem(atPath: folder + "/out")
      try FileManager.default.createDirectory(atPath: folder + "/out", withIntermediateDirectories: false)
      try FileManager.default.linkItem(atPath: folder + "/in/a.png", toPath: folder + "/out/a.png")
      #expect(plan(["in"], folder).errors == errors)
    }
  }

  @Test func equalStemsAreKeptApart() throws {
    try withTemporaryFolder { folder in
      let image = picture(width: 4, height: 4, channels: 1)
      for file in ["in/a.jpg", "in/a.png"] { try write(image, to: folder + "/" + file) }
      let (outputs, errors) = plan(["in"], folder)
      #expect(outputs == ["in/a.jpg > out/a.png"])
      #expect(
        errors == [
          "in/a.png: expected an output of its own (--keep-suffix gives each one), found out/a.png, "
            + "which in/a.jpg becomes"
        ])
      let kept = plan(["in"], folder, keepsSuffix: true)
      #expect(kept.outputs == ["in/a.jpg > out/a.jpg.png", "in/a.png > out/a.png"] && kept.errors.isEmpty)
    }
  }

  /// What is behind a point and is no picture's ending belongs to the name; the kind is told by the content.
  @Test func namesWithoutAnEnding() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 4, height: 4, channels: 1), to: folder + "/a.jpg")
      for name in ["IMG.2024.01", "IMG.2024.02", "scan", "b.JFIF", "wrong.png"] {
        try FileManager.default.copyItem(atPath: folder + "/a.jpg", toPath: folder + "/" + name)
      }
      let (outputs, errors) = plan([""], folder, format: .same)
      #expect(
        outputs.map { $0.split(separator: " > ")[1] } == [
          "out/IMG.2024.01.jpg", "out/IMG.2024.02.jpg", "out/a.jpg", "out/b.jpg", "out/scan.jpg", "out/wrong.jpg",
        ])
      #expect(errors.isEmpty)
    }
  }

  /// Two names that are equal for a `String` are two files.
  @Test func namesAreComparedAsBytes() throws {
    try withTemporaryFolder { folder in
      let image = picture(width: 4, height: 4, channels: 1)
      for name in ["caf\u{e9}", "cafe\u{301}"] { try write(image, to: "\(folder)/in/\(name).png") }
      let (outputs, errors) = plan(["in"], folder)
      #expect(errors.isEmpty)
      #expect(Set(outputs.map { Array($0.utf8) }).count == 2)
    }
  }

  @Test func whereOneResultGoes() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 4, height: 4, channels: 1), to: folder + "/in/a.png")
      let file = folder + "/in/a.png", new = folder + "/b.jpg"
      func destination(_ output: String, _ inputs: String...) -> RestorationPlan.Destination {
        RestorationPlan.Destination(output, inputs: inputs)
      }
      #expect(destination("-", file) == .standardOutput)
      #expect(destination(new, file) == .file(new))
      #expect(destination(new, file, file) == .folder(new))
      #expect(destination(new, folder + "/in") == .folder(new))
      #expect(destination(folder + "/b.tif", file) == .folder(folder + "/b.tif"))
      try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: false)
      #expect(destination(new, file) == .folder(new))
    }
  }
}
