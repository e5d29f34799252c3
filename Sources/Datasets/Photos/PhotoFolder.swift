import Diagnostics
import Foundation
import Imaging

/// The image files of a folder and of the folders in it.
struct PhotoFolder {
  let path: String
  /// The files relative to the folder, in the order of their names.
  let files: [String]

  /// - Throws: `InputError` when there is no such folder, or no image in it.
  init(_ path: String) throws {
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: path) else {
      throw InputError(path, expected: "a folder of images", found: "no folder that can be read")
    }
    self.path = path
    files = names.filter(Self.isPhoto).sorted()
    if files.isEmpty {
      throw InputError(
        path, expected: "images (\(ImageFile.extensions.joined(separator: ", ")))",
        found: "none among \(names.count) files")
    }
  }

  private static func isPhoto(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
    return !isHidden && ImageFile.extensions.contains(name[name.index(after: dot)...].lowercased())
  }

  func location(of file: String) -> String { path + "/" + file }

  /// A file's name without its extension: what pairs it with another.
  static func stem(of file: String) -> String { file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file }

  /// The files by their stems.
  /// - Throws: `InputError` when two files have one stem.
  func byStem() throws -> [String: String] {
    var result: [String: String] = [:]
    for file in files {
      if let other = result.updateValue(file, forKey: Self.stem(of: file)) {
        throw InputError(location(of: file), expected: "one image of a name", found: "\(other) beside it")
      }
    }
    return result
  }

  /// For each of these files, the file of `inputs` with its name: the same stem, or with a scale's suffix (`0001x2`). Never
  /// by position.
  /// - Throws: `InputError` that names the first file without a partner, on either side.
  func partners(in inputs: PhotoFolder, scale: Int) throws -> [String] {
    let stems = try inputs.byStem()
    _ = try byStem()
    var unused = Set(inputs.files)
    let partners = try files.map { file in
      let stem = Self.stem(of: file)
      guard let partner = stems[stem] ?? stems["\(stem)x\(scale)"] else {
        let names = scale > 1 ? "\(stem) or \(stem)x\(scale)" : stem
        throw InputError(location(of: file), expected: "an input named \(names) in \(inputs.path)", found: "none")
      }
      unused.remove(partner)
      return partner
    }
    if let first = unused.min() {
      throw InputError(
        inputs.location(of: first), expected: "a target of its name in \(path)",
        found: unused.count > 1 ? "none, as for \(unused.count - 1) more" : "none")
    }
    return partners
  }
}
