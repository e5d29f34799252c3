import Foundation
import RAMiTDatasets
import RAMiTImaging
import Testing

/// What a folder of training images holds besides: nothing is left out without a word.
struct LeftOutTests {
  /// A NAS keeps thumbnails in folders that are named like images, and links may lead back.
  @Test func thumbnailsAndLoops() throws {
    let folder = try TemporaryFolder()
    for name in ["img0.png", "sub/img1.jpg", "@eaDir/img0.png/SYNOPHOTO_THUMB_M.jpg"] {
      try folder.write(drawn(1, width: 32, height: 32), name)
    }
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: ".")
    let files = try PairedFiles.folder(folder.path, for: PairSettings(.denoising))
    #expect(files.pairs.map(\.name) == ["img0", "sub/img1"] && files.errors.isEmpty && files.unread.isEmpty)
    #expect(files.omissions.systemFolders == [folder.path + "/@eaDir"])
    #expect(files.omissions.repeatedFolders == [folder.path + "/loop"])
  }

  @Test func kindsByContent() throws {
    let folder = try TemporaryFolder()
    let jpeg = try folder.write(drawn(1, width: 32, height: 32), "a.jpg")
    for name in ["b.jfif", "c.jpe", "d"] {
      try FileManager.default.copyItem(atPath: jpeg, toPath: folder.path + "/" + name)
    }
    try folder.write(Array("GIF89a".utf8), "e.gif")
    try folder.write(Array("notes".utf8), "notes.txt")
    let set = try SelectedSet.folder(folder.path, inputs: nil, settings: nil)[0]
    #expect(set.files.pairs.map(\.name) == ["a", "b", "c", "d"])
    var known: FactsOfFiles = [:]
    let report = DatasetReport(set, known: &known)
    #expect(report.faults.count == 1 && report.faults[0].file == folder.path + "/e.gif")
    #expect(report.others == 1 && report.leftOut == "not an image (\(folder.path)/notes.txt)")
  }
}
