import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// Packages of Debian that were unpacked without being installed: `dpkg-deb -R NAME_VERSION_all.deb FOLDER/NAME`.
struct UnpackedPackages {
  let path: String

  /// The path of a photo.
  func location(of photo: PhotoPackage.Photo, in package: PhotoPackage) -> String {
    [package.name, package.folder, photo.file].reduce(path) { $0.appendingPath($1) }
  }

  /// Makes sure that every photo of the packages is there; `bytes` compares its content.
  /// - Throws: `InputError` that names every package that is missing, or a file that is missing, with the version that
  ///   it is of.
  func check(_ packages: [PhotoPackage]) throws {
    let missing = packages.filter { !Folder.exists(path.appendingPath($0.name)) }.map(\.name)
    guard missing.isEmpty else {
      throw InputError(
        path, expected: "unpacked packages (dpkg-deb -R FILE.deb FOLDER/NAME)",
        found: "nothing of \(missing.joined(separator: ", "))")
    }
    for package in packages {
      for photo in package.photos where !FileStatus.exists(location(of: photo, in: package)) {
        throw refusal(of: photo, in: package, found: "no such file")
      }
    }
  }

  /// The content of a photo's file.
  /// - Throws: `InputError` that names the file and the version that it is of, for another content than the manifest
  ///   knows.
  func bytes(of photo: PhotoPackage.Photo, in package: PhotoPackage) throws -> [UInt8] {
    let bytes = try WholeFile.read(location(of: photo, in: package), kind: "a photo", maximumSize: 1 << 30)
    guard SHA256.hex(bytes) == photo.sha256 else { throw refusal(of: photo, in: package, found: "another content") }
    return bytes
  }

  private func refusal(of photo: PhotoPackage.Photo, in package: PhotoPackage, found: String) -> InputError {
    let version = version(of: package)
    return InputError(
      location(of: photo, in: package), expected: "the photo of \(package.name) \(package.version)",
      found: version == package.version ? found : "\(found) in version \(version ?? "unknown")")
  }

  /// The version of an unpacked package; nil where its control file does not tell.
  private func version(of package: PhotoPackage) -> String? {
    let file = path.appendingPath(package.name).appendingPath("DEBIAN/control")
    guard let bytes = try? WholeFile.read(file, kind: "a control file", maximumSize: 1 << 20) else { return nil }
    let key = "Version:"
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(key) }
    return line.map { $0.dropFirst(key.count).trimmingCharacters(in: .whitespaces) }
  }
}
