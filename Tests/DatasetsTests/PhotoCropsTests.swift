import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import Testing

@testable import RAMiTDatasets

/// Sets that are prepared from photos in packages.
@Suite struct PhotoCropsTests {
  /// A side of a crop, and what is refused below it.
  private static let size = 48, sharpShare = 0.02

  /// An unpacked package, and its part of a manifest.
  private func package(
    _ name: String, _ folder: TemporaryFolder, version: String = "1.0-1",
    photos: [(name: String, image: Image, keys: String)]
  ) throws -> String {
    var text = "  - package: \(name)\n    version: '\(version)'\n    folder: usr/share/photos\n    photos:\n"
    for photo in photos {
      let path = try folder.write(photo.image, "packages/\(name)/usr/share/photos/\(photo.name).png")
      let hash = SHA256.hex(try Data(contentsOf: URL(fileURLWithPath: path)))
      text += "      - {name: \(photo.name), file: \(photo.name).png, author: A. \(photo.name), license: CC0-1.0"
      text += ", sha256: \(hash)\(photo.keys)}\n"
    }
    try folder.write(
      Array("Package: \(name)\nVersion: \(version)\nArchitecture: all\n".utf8), "packages/\(name)/DEBIAN/control")
    return text
  }

  private func manifest(_ packages: String) throws -> DatasetManifest {
    let head = "name: free\ntitle: t\nuse: training\ntasks: [denoising]\ncount: 3\nlayouts: [{targets: train}]\n"
    return try DatasetManifest(
      yaml: head + "crops: {size: \(Self.size), sharpShare: \(Self.sharpShare)}\npackages:\n" + packages, file: "m.yaml"
    )
  }

  /// Noise on the left, nothing on the right.
  private func halfFlat(width: Int, height: Int) -> Image {
    guard case .uint8(var values) = noisy(3, width: width, height: height).samples else { fatalError() }
    for place in values.indices where place / 3 % width >= width / 2 { values[place] = 90 }
    return Image(width: width, height: height, channels: 3, samples: .uint8(values))
  }

  private func files(_ folder: TemporaryFolder, _ name: String) throws -> [String] {
    try Folder.names(folder.path + "/" + name)
  }

  @Test func cropsAreCutWherePhotosShowSomething() throws {
    let folder = try TemporaryFolder()
    let half = halfFlat(width: 2 * Self.size, height: Self.size)
    let large = drawn(1, width: 211, height: 130)
    let packages =
      try package("one", folder, photos: [("half", half, ""), ("large", large, ", downscale: [1, 2]")])
      + package("two", folder, photos: [("whole", large, ", part: valid, downscale: [3]")])
    let manifest = try manifest(packages)
    let output = folder.path + "/free"
    let counts = try PhotoCrops(manifest).write(from: folder.path + "/packages", to: output)
    let names = try files(folder, "free/train")
    #expect(counts.crops == names.count && counts.wholes == 1 && counts.flat >= 1)
    #expect(names.contains("half-1-001.png") && !names.contains("half-1-002.png"))
    #expect(names.contains("large-1-001.png") && names.contains("large-2-001.png"))
    // The first crop is the upper left corner, and that of the smaller photo one of our downscaling.
    func crop(_ name: String) throws -> Image { try ImageFile.read("\(output)/train/\(name).png") }
    #expect(try crop("half-1-001") == half.cropped(x: 0, y: 0, width: Self.size, height: Self.size))
    let smaller = PhotoCropsTests.crops(of: bicubicDownscale(large, by: 2))
    #expect(try crop("large-2-001") == smaller[0])
    let whole = bicubicDownscale(large, by: 3).cropped(x: 0, y: 0, width: 60, height: 36)
    #expect(try ImageFile.read("\(output)/valid/whole.png") == whole)
    let authors = try String(contentsOfFile: output + "/AUTHORS.txt", encoding: .utf8).split(separator: "\n")
    #expect(authors.count == 4)
    #expect(authors[3] == "valid/whole: A. whole, CC0-1.0, two 1.0-1, usr/share/photos/whole.png")
    // The set is found by its name, with all crops.
    let found = try manifest.files(in: folder.path, for: PairSettings(.denoising))
    #expect(found.pairs.count == counts.crops && found.errors.isEmpty)
  }

  /// The crops of the settings above, without leaving any out.
  private static func crops(of image: Image) -> [Image] {
    let columns = CropAxis(image.width, size: size), rows = CropAxis(image.height, size: size)
    return rows.starts.flatMap { y in
      columns.starts.map { image.cropped(x: $0, y: y, width: columns.size, height: rows.size) }
    }
  }

  @Test func theSamePackagesGiveTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let photos = (0..<3).map { ("p\($0)", drawn($0, width: 150, height: 100), ", downscale: [2, 1]") }
    let crops = try PhotoCrops(manifest(package("one", folder, photos: photos)))
    func bytes(_ output: String) throws -> [String: Data] {
      let counts = try crops.write(from: folder.path + "/packages", to: folder.path + "/" + output)
      #expect(counts.crops > 6)
      let names = try files(folder, output + "/train")
      let contents = try names.map {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(output)/train/\($0)"))
      }
      return Dictionary(uniqueKeysWithValues: zip(names, contents))
    }
    #expect(try bytes("a") == bytes("b"))
  }

  @Test func everyPhotoBecomesRGBOf8Bits() throws {
    let folder = try TemporaryFolder()
    let gray = noisy(1, width: Self.size, height: Self.size, channels: 1)
    let deep = noisy(2, width: Self.size, height: Self.size, bits: 16)
    let packages = try package("one", folder, photos: [("gray", gray, ""), ("deep", deep, "")])
    _ = try PhotoCrops(manifest(packages)).write(from: folder.path + "/packages", to: folder.path + "/free")
    #expect(try ImageFile.read(folder.path + "/free/train/gray-1-001.png") == gray.rgb())
    let rounded = try ImageFile.read(folder.path + "/free/train/deep-1-001.png")
    #expect(rounded.channels == 3 && rounded.bitDepth == 8)
  }

  /// One line names what is missing, and nothing is written of the rest.
  @Test func packagesAndPhotosThatAreMissingAreNamed() throws {
    let folder = try TemporaryFolder()
    let photo = drawn(1, width: 60, height: 60)
    let packages = try ["one", "two", "three"].map { try package($0, folder, photos: [($0 + "-photo", photo, "")]) }
    let crops = try PhotoCrops(manifest(packages.joined()))
    func message() -> String {
      folder.message { _ = try crops.write(from: folder.path + "/packages", to: folder.path + "/free") }
    }
    let file = "/packages/two/usr/share/photos/two-photo.png"
    try folder.write(drawn(2, width: 60, height: 60), String(file.dropFirst()))
    #expect(message() == "\(file): expected the photo of two 1.0-1, found another content")
    // The crops of the photos before it have been written by then.
    #expect(try files(folder, "") == ["packages"])
    try folder.write(Array("Package: two\nVersion: 2:3.1\n".utf8), "packages/two/DEBIAN/control")
    #expect(message() == "\(file): expected the photo of two 1.0-1, found another content in version 2:3.1")
    try FileManager.default.removeItem(atPath: folder.path + file)
    try FileManager.default.removeItem(atPath: folder.path + "/packages/two/DEBIAN")
    #expect(message() == "\(file): expected the photo of two 1.0-1, found no such file in version unknown")
    for name in ["one", "three"] { try FileManager.default.removeItem(atPath: folder.path + "/packages/" + name) }
    #expect(
      message()
        == "/packages: expected unpacked packages (dpkg-deb -R FILE.deb FOLDER/NAME), found nothing of one, three")
    #expect(try files(folder, "") == ["packages"])
  }

  @Test func everyPhotoIsCountedOnce() throws {
    let folder = try TemporaryFolder()
    let photos = (0..<3).map { ("p\($0)", drawn($0, width: 60, height: 60), "") }
    var calls: [[Int]] = []
    _ = try PhotoCrops(manifest(package("one", folder, photos: photos))).write(
      from: folder.path + "/packages", to: folder.path + "/free"
    ) { calls.append([$0, $1]) }
    #expect(calls == [[1, 3], [2, 3], [3, 3]])
  }

  @Test func aSetThatIsThereStaysAndOneThatWasNotCompletedDoesNot() throws {
    let folder = try TemporaryFolder()
    let crops = try PhotoCrops(
      manifest(package("one", folder, photos: [("a", noisy(1, width: 60, height: 60), "")])))
    func write() throws { _ = try crops.write(from: folder.path + "/packages", to: folder.path + "/free/") }
    try folder.write(drawn(1), "free.partial/train/old-1-001.png")
    try write()
    #expect(try files(folder, "free/train") == ["a-1-001.png"] && files(folder, "") == ["free", "packages"])
    #expect(folder.message(write) == "/free: expected a folder that is not there yet, found a folder")
  }

  @Test func setsWithoutPackagesAndPhotosThatAreTooSmallAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(
      folder.message { _ = try PhotoCrops(DatasetCatalog.manifest("DIV2K")) }
        == "DIV2K: expected a data set with packages in its manifest, found one without")
    let packages = try package("one", folder, photos: [("a", drawn(1, width: 60, height: 40), ", downscale: [4]")])
    let message = folder.message {
      _ = try PhotoCrops(manifest(packages)).write(from: folder.path + "/packages", to: folder.path + "/free")
    }
    #expect(message.hasSuffix("a.png: expected a photo of at least 48 x 48 pixels, found 60 x 40"))
  }

  @Test(arguments: [
    (336, 336, [0]), (300, 300, [0]), (427, 336, [45]), (447, 336, [55]), (448, 336, [0, 112]),
    (1000, 336, [0, 332, 664]), (100, 96, [2]),
  ])
  func cropsOverlapLittle(length: Int, size: Int, starts: [Int]) {
    let axis = CropAxis(length, size: 336)
    #expect(axis.size == size && axis.starts == starts)
  }
}
