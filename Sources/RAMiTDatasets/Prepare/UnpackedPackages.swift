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

  /// Makes sure that every photo of the packages is there and has the content that the manifest knows.
  /// - Parameter progress: called with the number of photos that were read.
  /// - Throws: `InputError` that names every package that is missing, or a file that is missing or another one, with
  ///   the version that it is of.
  func check(_ packages: [PhotoPackage], progress: (_ done: Int, _ count: Int) -> Void) throws {
    let missing = packages.filter { !Folder.exists(path.appendingPath($0.name)) }.map(\.name)
    guard missing.isEmpty else {
      throw InputError(
        path, expected: "unpacked packages (dpkg-deb -R FILE.deb FOLDER/NAME)",
        found: "nothing of \(missing.joined(separator: ", "))")
    }
    var done = 0
    let count = packages.reduce(0) { $0 + $1.photos.count }
    for package in packages {
      for photo in package.photos {
        _ = try bytes(of: photo, in: package)
        done += 1
        progress(done, count)
      }
    }
  }

  /// The content of a photo's file.
  /// - Throws: `InputError` that names the file and the version that it is of.
  func bytes(of photo: PhotoPackage.Photo, in package: PhotoPackage) throws -> [UInt8] {
    let file = location(of: photo, in: package)
    func refusal(_ found: String) -> InputError {
      let version = version(of: package)
      let found = version == package.version ? found : "\(found) in version \(version ?? "unknown")"
      return InputError(file, expected: "the photo of \(package.name) \(package.version)", found: found)
    }
    guard (try? FileStatus(file)) != nil else { throw refusal("no such file") }
    let bytes = try WholeFile.read(file, kind: "a photo", maximumSize: 1 << 30)
    guard SHA256.hex(bytes) == photo.sha256 else { throw refusal("another content") }
    return bytes
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
