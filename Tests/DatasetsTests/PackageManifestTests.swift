import Foundation
import RAMiTTestSupport
import Testing

@testable import RAMiTDatasets

/// What a manifest says of packages.
@Suite struct PackageManifestTests {
  private static let hash = String(repeating: "0a", count: 32)
  private static let text = """
    name: a
    title: b
    use: training
    tasks: [denoising]
    count: 3
    layouts: [{targets: train}]
    crops: {size: 336, sharpShare: 0.5}
    packages:
      - package: p
        version: '1:2'
        folder: usr/share
        photos:
          - {name: one, file: f/1.jpg, author: A, license: CC0-1.0, downscale: [2, 4], sha256: \(hash)}
          - {name: two, file: 2.jpg, author: B, license: CC-BY-4.0, part: valid, sha256: \(hash)}
    """

  private func read(_ part: String, _ replacement: String) throws -> DatasetManifest {
    try DatasetManifest(yaml: Self.text.replacing(part, with: replacement), file: "m.yaml")
  }

  @Test func photosAreRead() throws {
    let manifest = try read("", "")
    #expect(manifest.crops == CropSettings(size: 336, sharpShare: 0.5))
    let package = try #require(manifest.packages.first)
    #expect(package.name == "p" && package.version == "1:2" && package.folder == "usr/share")
    #expect(package.photos.map(\.downscale) == [[2, 4], [1]] && package.photos.map(\.part) == [.train, .valid])
    #expect(manifest.description.last == "  package p 1:2, 2 photos")
  }

  @Test(arguments: [
    ("size: 336", "size: 100", "m.yaml:7:15: expected a multiple of 12 up to 4096, found 100"),
    ("sharpShare: 0.5", "sharpShare: -1", "m.yaml:7:32: expected 0 to 1, found -1.0"),
    (
      "crops: {size: 336, sharpShare: 0.5}\n", "",
      "m.yaml:1:1: expected packages and crops, or neither, found packages alone"
    ),
    ("package: p", "package: ../p", "m.yaml:9:14: expected a package's name, found '../p'"),
    ("package: p", "package: -p", "m.yaml:9:14: expected a package's name, found '-p'"),
    ("folder: usr", "folder: /usr", "m.yaml:11:13: expected a folder in the package, found '/usr/share'"),
    ("name: two", "name: one", "m.yaml:14:16: expected a name that no other photo has, found 'one' again"),
    ("name: two", "name: a/b", "m.yaml:14:16: expected a file name's stem, found 'a/b'"),
    ("f/1.jpg", "../1.jpg", "m.yaml:13:27: expected a file in the folder, found '../1.jpg'"),
    ("author: A", "author: ''", "m.yaml:13:44: expected an author, found an empty text"),
    ("license: CC0-1.0", "license: ''", "m.yaml:13:56: expected a licence, found an empty text"),
    ("author: A, ", "", "m.yaml:13:9: expected a value for packages.0.photos.0.author"),
    ("[2, 4]", "[]", "m.yaml:13:76: expected different factors of 1 to 16, found []"),
    ("[2, 4]", "[2, 2]", "m.yaml:13:76: expected different factors of 1 to 16, found [2, 2]"),
    ("[2, 4]", "[0]", "m.yaml:13:76: expected different factors of 1 to 16, found [0]"),
    (
      "part: valid", "part: valid, downscale: [1, 2]",
      "m.yaml:14:89: expected one factor for a whole photo, found [1, 2]"
    ),
    (
      "part: valid", "part: test",
      "m.yaml:14:71: expected one of train, valid for packages.0.photos.1.part, found 'test'"
    ),
    ("sha256: 0a", "sha256: 0A", "m.yaml:13:92: expected 64 hexadecimal digits, found '0A0a"),
    ("sha256: 0a", "sha256: ", "m.yaml:13:92: expected 64 hexadecimal digits, found '0a0a"),
    ("license: CC0-1.0", "licence: CC0-1.0", "m.yaml:13:47: expected a key of packages.0.photos.0, perhaps 'license'"),
  ])
  func faultsAreNamed(part: String, replacement: String, expected: String) {
    #expect(throws: Never.self) { try read("", "") }
    do {
      _ = try read(part, replacement)
      Issue.record("no error for \(replacement)")
    } catch {
      #expect("\(error)".hasPrefix(expected), "\(error)")
    }
  }

  /// The photos that the shipped models learn from.
  @Test func freePhotosAreFreeAndTheirAuthorsNamed() throws {
    let manifest = try DatasetCatalog.manifest("free-photos")
    let photos = manifest.packages.flatMap(\.photos)
    let free: Set = [
      "CC0-1.0", "CC-BY-2.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "GPL-2.0-or-later", "BSD-3-Clause",
      "public domain",
    ]
    #expect(Set(photos.map(\.license)).isSubset(of: free))
    let held = photos.filter { $0.part == .valid }
    #expect(try held.count == DatasetCatalog.manifest("free-photos-valid").count && held.count >= 5)
    #expect(Set(photos.map(\.sha256)).count == photos.count)
    // docs/MODELS.md has a row for each.
    let models = try String(contentsOfFile: projectFile("docs/MODELS.md"), encoding: .utf8)
    for package in manifest.packages {
      for photo in package.photos {
        let use = photo.part == .valid ? "validation" : photo.downscale.map { "1/\($0)" }.joined(separator: ", ")
        let row =
          "| \(photo.name) | \(photo.author) | \(photo.license) | `\(package.name)` | `\(photo.file)` | \(use) |\n"
        #expect(models.contains(row), "docs/MODELS.md has no row: \(row)")
      }
    }
  }
}
