import Foundation
import RAMiTDatasets
import RAMiTImaging
import Testing

@Suite struct PairingTests {
  @Test(arguments: [
    ("0001", "0001x2"), ("norm-1", "rain-1"), ("norain-001", "rain-001"), ("normal00001", "low00001"),
    ("img_001_SRF_2_HR", "img_001_SRF_2_LR"), ("a", "a"),
  ])
  func knownSpellings(target: String, input: String) {
    #expect(NameSpelling.inputs(for: target, scale: 2).contains(input))
    #expect(NameSpelling.inputs(for: "sub/\(target)", scale: 2).contains("sub/\(input)"))
  }

  @Test func namesDecideAndNotPositions() throws {
    let folder = try TemporaryFolder()
    // As many files on both sides, in an order that would pair wrongly.
    for name in ["norm-1", "norm-10", "norm-2"] {
      try folder.write(drawn(1, width: 8, height: 8), "target/\(name).png")
    }
    for name in ["rain-10", "rain-2", "rain-3"] { try folder.write(drawn(1, width: 8, height: 8), "input/\(name).jpg") }
    let files = try PairedFiles.folder(folder.path, for: PairSettings(.deraining))
    #expect(files.pairs.map(\.name) == ["norm-10", "norm-2"])
    #expect(files.pairs.map { $0.input?.suffix(11) } == ["rain-10.jpg", "/rain-2.jpg"])
    #expect(
      files.errors.map { $0.description.replacing(folder.path, with: "") } == [
        "/target/norm-1.png: expected an input named norm-1 or rain-1 in /input, found 3 images of other names",
        "/input/rain-3.jpg: expected a target of its name in /target, found 3 images of other names",
      ])
  }

  @Test func secondFilesOfANameAreNamed() throws {
    let folder = try TemporaryFolder()
    for name in ["HQ/a.png", "HQ/a.jpg", "LQ/a.png", "LQ/a.jpg"] {
      try folder.write(drawn(1, width: 8, height: 8), name)
    }
    let files = try PairedFiles.folder(folder.path, for: PairSettings(.lowLight))
    #expect(files.pairs.count == 1 && files.errors.count == 2)
    #expect(files.errors.allSatisfy { $0.expected == "one image of a name" && $0.location.hasSuffix("a.png") })
  }

  /// The sizes tell the scale where no folder's name does.
  @Test(arguments: [1, 2, 3, 4]) func scalesOfPairsSideBySide(scale: Int) throws {
    let folder = try TemporaryFolder()
    for number in 0..<2 {
      try folder.write(drawn(number, width: 49, height: 36), "HR/\(number).png")
      try folder.write(drawn(number, width: 49 / scale, height: 36 / scale), "LR/\(number).png")
    }
    let sets = try SelectedSet.folder(folder.path, inputs: nil, settings: nil)
    #expect(sets.map(\.settings.scale) == [scale])
    var known: FactsOfFiles = [:]
    #expect(DatasetReport(sets[0], known: &known).faults.isEmpty)
  }

  /// Photos without inputs need no names of their own.
  @Test func photosAloneMayShareAStem() throws {
    let folder = try TemporaryFolder()
    for name in ["a.png", "a.jpg", "sub/a.png", "a.png.png", "b.png"] {
      try folder.write(drawn(1, width: 8, height: 8), name)
    }
    let files = try PairedFiles.folder(folder.path, for: PairSettings(.denoising))
    #expect(files.errors.isEmpty)
    #expect(Set(files.pairs.map(\.name)) == ["a.png", "a.jpg", "sub/a", "a.png.png", "b"])
  }

  /// Swift takes a composed and a decomposed letter for the same; a file system does not.
  @Test func namesAreComparedByTheirBytes() throws {
    let folder = try TemporaryFolder()
    let names = ["caf\u{e9}.png", "cafe\u{301}.png"]
    for (number, name) in names.enumerated() {
      try folder.write(Array(Data(ImageFile.png(drawn(number), named: name))), name)
    }
    let settings = PairSettings(.superResolution, scale: 2)
    let files = try PairedFiles.folder(folder.path, for: settings)
    #expect(files.errors.isEmpty && files.pairs.count == 2)
    let pairs = PhotoPairs(files, settings, reader: PhotoReader(memory: PhotoCache(bytes: 1 << 20)))
    #expect(try pairs.pair(0).target != pairs.pair(1).target)
  }

  @Test func inputsInsideTheTargetsFolderAreNoTargets() throws {
    let folder = try TemporaryFolder()
    try folder.write(drawn(1), "photos/a.png")
    try folder.write(drawn(1), "photos/dark/a.png")
    let files = try PairedFiles.folder(
      folder.path + "/photos", inputs: folder.path + "/photos/dark/", for: PairSettings(.lowLight))
    #expect(files.errors.isEmpty && files.pairs.map(\.name) == ["a"])
  }

  @Test func tasksThatNeedInputsSayWhichFolders() throws {
    let folder = try TemporaryFolder()
    try folder.write(drawn(1), "a.png")
    let found = folder.message { _ = try PairedFiles.folder(folder.path, for: PairSettings(.lowLight)) }
    #expect(found.hasPrefix(": expected a folder of targets and one of inputs in it (HQ/ and LQ/,"), "\(found)")
  }

  /// Inputs in folders that no layout knows would be taken for targets.
  @Test(arguments: [
    ("GT_crops", "LQ_crops"), ("sharp", "blur"), ("HR_x4", "LR_x4"), ("Target", "Inputs"),
    ("DIV2K_train_HR", "DIV2K_train_LR_bicubic"),
  ])
  func unknownSidesAreNoPhotos(target: String, input: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(drawn(1), "\(target)/a.png")
    try folder.write(drawn(1), "\(input)/a.png")
    let settings = PairSettings(.superResolution, scale: 2)
    let found = folder.message { _ = try PairedFiles.folder(folder.path, for: settings) }
    #expect(found.hasSuffix("found \(target)/ and \(input)/, which would be mixed"), "\(found)")
  }

  /// Folders of photos are photos, whatever one of them is called.
  @Test func foldersOfPhotos() throws {
    let folder = try TemporaryFolder()
    for name in ["input/a.png", "summer/a.png", "low tide/a.png", "high tide/a.png"] {
      try folder.write(drawn(1), name)
    }
    let files = try PairedFiles.folder(folder.path, for: PairSettings(.superResolution, scale: 2))
    #expect(files.pairs.count == 4 && files.errors.isEmpty)
  }

  @Test func linksToFoldersAreFollowedAndCirclesEnd() throws {
    let folder = try TemporaryFolder()
    try folder.write(drawn(1, width: 8, height: 8), "real/a.png")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: folder.path + "/real")
    #expect(try ImageFolder(folder.path + "/link").files == ["a.png"])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/real/circle", withDestinationPath: folder.path + "/real")
    #expect(try ImageFolder(folder.path + "/real").files == ["a.png"])
  }
}
