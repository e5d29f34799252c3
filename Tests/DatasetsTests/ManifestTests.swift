import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTTestSupport
import Testing

/// The folder of the manifests.
private let manifestsFolder = projectFile("datasets")

@Suite struct ManifestTests {
  @Test func theProgramHoldsTheFiles() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: manifestsFolder).filter { $0.hasSuffix(".yaml") }
    let held = DatasetCatalog.manifests
    #expect(files.sorted() == held.map { $0.name + ".yaml" }.sorted(), "list the files in DatasetCatalog.swift")
    for manifest in held {
      let path = "\(manifestsFolder)/\(manifest.name).yaml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(try DatasetManifest(yaml: text, file: path) == manifest)
    }
  }

  /// Through a link to the folder, the build would also take the data that people keep in it.
  @Test func theBuildTakesNothingButManifests() throws {
    let built = projectFile("Sources/RAMiTDatasets/Manifests/datasets")
    #expect(try FileManager.default.attributesOfItem(atPath: built)[.type] as? FileAttributeType == .typeDirectory)
    let names = try FileManager.default.contentsOfDirectory(atPath: built)
    #expect(names.sorted() == DatasetCatalog.manifests.map { $0.name + ".yaml" }.sorted())
    for name in names {
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: "\(built)/\(name)")
      #expect(target == "../../../../datasets/\(name)")
    }
  }

  /// Sec. 4.1 and B of the paper: the counts, and an epoch's samples.
  @Test(arguments: [
    ("DIV2K", 800, 64_000), ("DF2K", 3450, 64_000), ("DFBW", 8594, 25_782), ("LOL+VE-LOL", 1785, 25_000),
    ("Rain13K", 13_711, 25_000),
  ])
  func countsAndEpochsAreThePapers(name: String, count: Int, samples: Int) throws {
    let manifest = try DatasetCatalog.manifest(name)
    #expect(manifest.count == count)
    let factor = try #require(manifest.repeat)
    #expect(DatasetManifest.samplesPerEpoch(count: count, repeat: factor) == samples)
    #expect(try manifest.parts().reduce(0) { $0 + $1.count } == count)
  }

  @Test func everySetOfThePaperIsThere() throws {
    for name in [
      "DIV2K", "Flickr2K", "DF2K", "BSDS500", "WED", "DFBW", "LOL", "VE-LOL", "LOL+VE-LOL", "Rain13K", "Set5", "Set14",
      "BSD100", "Urban100", "Manga109", "CBSD68", "Kodak24", "McMaster", "Set12", "BSD68", "LOL-test", "VE-LOL-cap",
      "Test100", "Rain100H",
    ] {
      let manifest = try DatasetCatalog.manifest(name)
      #expect(manifest.members.isEmpty == (manifest.page != nil), "\(name) says where to get it")
    }
    #expect(throws: InputError("DIV2", expected: "a data set's name, perhaps DIV2K", found: "an unknown one")) {
      try DatasetCatalog.manifest("DIV2")
    }
  }

  private func message(_ yaml: String) -> String {
    do {
      _ = try DatasetManifest(yaml: yaml, file: "m.yaml")
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private static let small =
    "name: a\ntitle: b\nuse: training\ntasks: [denoising]\ncount: 3\nlayouts:\n  - targets: x\n"

  @Test(arguments: [
    ("count: 3", "conut: 3", "m.yaml:5:1: expected a key, perhaps 'count', found 'conut'"),
    ("count: 3\n", "", "m.yaml:1:1: expected a value for count, found a group without it"),
    ("count: 3", "count: x", "m.yaml:5:8: expected a whole number for count, found 'x'"),
    ("count: 3", "count: 0", "m.yaml:5:8: expected count: 1 to 100000000, found 0"),
    ("count: 3", "count: 3\nchannels: 2", "m.yaml:6:11: expected channels: 1 or 3, found 2"),
    ("[denoising]", "denoising", "m.yaml:4:8: expected a list for tasks, found 'denoising'"),
    (
      "[denoising]", "[sharpening]",
      "m.yaml:4:9: expected one of superResolution, denoising, lowLight, deraining for tasks.0, found 'sharpening'"
    ),
    ("targets: x", "targets: ../x", "m.yaml:7:5: expected a folder in the set's own, found '../x'"),
    ("targets: x", "inputs: x", "m.yaml:7:5: expected a value for layouts.0.targets, found a group without it"),
    ("targets: x", "targets: []", "m.yaml:7:5: expected targets: a folder, found an empty list"),
    ("targets: x", "targets: [x, y]\n    inputs: z", "m.yaml:7:5: expected as many inputs as targets, found 1 and 2"),
    ("count: 3", "count: 3\nmembers: [b]", "m.yaml:1:1: expected layouts or members, one of them, found both"),
    ("name: a", "name: &a a", "m.yaml:1:7: expected a plain value, found a YAML anchor or alias"),
    ("name: a", "name: [a]", "m.yaml:1:7: expected text for name, found a list"),
    (
      "count: 3", "count: 3\ntitle: c",
      "m.yaml:6:1: expected each key once, found another title, after the one in line 2"
    ),
    ("name: a", "name: *a", "m.yaml:1:7: expected YAML, found an error: found undefined alias"),
    ("name: a", "name: [", "m.yaml:3:4: expected YAML, found an error: did not find"),
  ])
  func faultsAreNamed(part: String, replacement: String, expected: String) {
    #expect(message(Self.small) == "no error")
    let found = message(Self.small.replacing(part, with: replacement))
    #expect(found.hasPrefix(expected), "\(found)")
    #expect(!found.contains("\n"))
  }

  /// Every layout of every manifest, with files in it as the sets name them.
  @Test(arguments: DatasetCatalog.manifests.filter { $0.members.isEmpty }.map(\.name))
  func everyLayoutIsFoundAndPaired(name: String) throws {
    let manifest = try DatasetCatalog.manifest(name)
    let kind = try #require(manifest.tasks.first)
    let settings = PairSettings(kind, scale: kind == .superResolution ? 3 : 1)
    for layout in manifest.layouts {
      let folder = try TemporaryFolder()
      #expect(folder.message { _ = try manifest.files(in: folder.path, for: settings) }.contains(manifest.page ?? "-"))
      let isPaired = !layout.inputs.isEmpty && kind != .denoising
      for (place, targets) in layout.targets.enumerated() {
        for number in 0..<2 {
          let stem = "\(place)\(number)"
          func file(_ pattern: String, _ suffix: String) -> String {
            let path = pattern.replacing("{scale}", with: "3")
            return "\(name)/" + (path.contains("*") ? path.replacing("*", with: stem) : "\(path)/\(stem)\(suffix)")
              + ".png"
          }
          try folder.write(drawn(number, width: 12, height: 12), file(targets, ""))
          guard isPaired else { continue }
          let isScaled = layout.inputs[place].contains("LR_bicubic")
          try folder.write(drawn(number, width: 4, height: 4), file(layout.inputs[place], isScaled ? "x3" : ""))
        }
      }
      let files = try manifest.files(in: folder.path, for: settings)
      #expect(files.errors.isEmpty, "\(layout): \(files.errors)")
      #expect(files.pairs.count == 2 * layout.targets.count, "\(layout)")
      #expect(files.pairs.allSatisfy { ($0.input != nil) == isPaired }, "\(layout)")
    }
  }

  @Test func spellingOfFoldersDoesNotMatterAndPlacesDo() throws {
    let folder = try TemporaryFolder()
    let lol = try DatasetCatalog.manifest("LOL")
    try folder.write(drawn(1), "loldataset/OUR485/High/1.png")
    try folder.write(drawn(1), "loldataset/OUR485/Low/1.png")
    #expect(try lol.files(in: folder.path, for: PairSettings(.lowLight)).pairs.count == 1)
    #expect(
      folder.message { _ = try lol.files(in: folder.path, for: PairSettings(.deraining)) }
        == "LOL: expected a data set for deraining, found one for lowLight")
    // Photos that lie about in the root are no set.
    try folder.write(drawn(1), "1.bmp.png")
    let absent = folder.message {
      _ = try DatasetCatalog.manifest("WED").files(in: folder.path, for: PairSettings(.denoising))
    }
    #expect(absent.hasPrefix(": expected WED, 4744 images, as WED/exploration_database_and_code/pristine_images/, or"))
    #expect(absent.hasSuffix("found there only 1.bmp.png, loldataset") && absent.contains("https://ivc.uwaterloo.ca"))
  }

  @Test func validationPhotosOfBSDS500AreLeftOut() throws {
    let folder = try TemporaryFolder()
    for part in ["train", "val", "test"] { try folder.write(drawn(1), "BSDS500/images/\(part)/\(part)1.jpg") }
    try folder.write(Array("thumbs".utf8), "BSDS500/images/train/Thumbs.db")
    let files = try DatasetCatalog.manifest("BSDS500").files(in: folder.path, for: PairSettings(.denoising))
    #expect(files.pairs.map(\.name) == ["train1", "test1"] && files.others == 1)
  }

  /// Members lie beside the union's manifest, whatever folder is the current one: by path, or by the name of the set.
  @Test(arguments: [
    "[a.yaml, b.yaml]", "[setA, setB]", "[./a.yaml, SETB]", "[more/c.yaml, setA]", "[setA, DIV2K]",
  ])
  func membersLieBesideTheirUnion(members: String) throws {
    let folder = try TemporaryFolder()
    func manifest(_ name: String, _ more: String) -> [UInt8] {
      Array("name: \(name)\ntitle: t\nuse: training\ntasks: [denoising]\ncount: 2\n\(more)\n".utf8)
    }
    for (file, name) in [("a", "setA"), ("b", "setB"), ("more/c", "setB")] {
      try folder.write(manifest(name, "folders: [\(name)]\nlayouts: [{targets: .}]"), file + ".yaml")
    }
    try folder.write(Array("name: no manifest\n".utf8), "config.yaml")
    let path = try folder.write(manifest("both", "members: \(members)"), "u.yaml")
    let parts = try DatasetCatalog.manifest(path).parts().map(\.name)
    #expect(
      parts
        == (members.contains("DIV2K")
          ? ["setA", "DIV2K"] : members.contains("more") ? ["setB", "setA"] : ["setA", "setB"]))
  }

  @Test func membersThatAreNowhereOrUnionsAreNamed() throws {
    let folder = try TemporaryFolder()
    func union(_ members: String) throws -> DatasetManifest {
      let text = "name: u\ntitle: t\nuse: training\ntasks: [denoising]\ncount: 2\nmembers: [\(members)]\n"
      return try DatasetCatalog.manifest(try folder.write(Array(text.utf8), "u.yaml"))
    }
    #expect(
      folder.message { _ = try union("no.yaml").parts() }.hasPrefix("/no.yaml: expected a manifest, found no file"))
    #expect(folder.message { _ = try union("u").parts() } == "u: expected members that are no unions, found u, a union")
    #expect(folder.message { _ = try union("setC").parts() }.hasPrefix("setC: expected a data set's name, "))
  }
}
