import Diagnostics
import Foundation
import Imaging

/// The kind of file that a restored photo is written as.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// PNG, which loses nothing.
  case png
  /// JPEG, for every photo; alpha and 16 bits are lost.
  case jpeg
  /// JPEG for photos that are JPEG by name, PNG for all others.
  case same

  /// The ending of the output of a file.
  func ending(for input: String) -> String {
    let ending = URL(fileURLWithPath: input).pathExtension.lowercased()
    return self == .jpeg || self == .same && ["jpg", "jpeg"].contains(ending) ? "jpg" : "png"
  }
}

/// Which photos are restored, and where to: files go into the output folder by name, folders with all that is in them
/// keep their structure there.
public struct RestorationPlan {
  /// A photo and the file that its restoration becomes.
  public struct Item: Equatable, Sendable {
    public let input, output: String
  }

  public private(set) var items: [Item] = []
  /// What cannot be restored: inputs that are missing, folders without images, outputs that are not free.
  public private(set) var faults: [InputError] = []

  /// - Parameters:
  ///   - inputs: files and folders.
  ///   - folder: of the outputs. When it lies in one of the input folders, what is in it is no input.
  public init(_ inputs: [String], folder: String, format: OutputFormat) {
    var found: [(input: String, relative: String)] = []
    for input in inputs {
      do {
        found += try Self.photos(input, leavingOut: folder)
      } catch {
        faults.append(error)
      }
    }
    let inputPaths = Set(found.map { Self.place(of: $0.input) })
    var taken: [String: String] = [:]
    var seen: Set<String> = []
    for (input, relative) in found {
      // The same file, named twice, is restored once.
      guard seen.insert(Self.place(of: input) + "\n" + relative).inserted else { continue }
      let stem = URL(fileURLWithPath: "/" + relative).deletingPathExtension().path
      let output = folder + stem + "." + format.ending(for: input)
      let place = Self.place(of: output)
      if inputPaths.contains(place) {
        faults.append(InputError(input, expected: "an output that is not an input", found: "\(output), which is one"))
      } else if let other = taken.updateValue(input, forKey: place) {
        taken[place] = other
        faults.append(InputError(input, expected: "an output of its own", found: "\(output), which \(other) becomes"))
      } else {
        items.append(Item(input: input, output: output))
      }
    }
  }

  /// The photos of an input, each with its place below the output folder.
  private static func photos(
    _ input: String, leavingOut folder: String
  ) throws(InputError) -> [(input: String, relative: String)] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else {
      throw InputError(input, expected: "an image or a folder of images", found: "no such file")
    }
    guard isFolder.boolValue else { return [(input, URL(fileURLWithPath: input).lastPathComponent)] }
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: input) else {
      throw InputError(input, expected: "a folder of images", found: "a folder that cannot be read")
    }
    let path = input.hasSuffix("/") ? String(input.dropLast()) : input
    let outputs = place(of: folder), home = place(of: input)
    let photos = names.filter { name in
      let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
      let isPhoto = ImageFile.extensions.contains(URL(fileURLWithPath: name).pathExtension.lowercased())
      // An earlier run's outputs, in a folder below the inputs.
      let isOutput = outputs != home && place(of: path + "/" + name).hasPrefix(outputs + "/")
      return isPhoto && !isHidden && (!isOutput || home.hasPrefix(outputs + "/"))
    }
    guard !photos.isEmpty else {
      throw InputError(
        input, expected: "images (\(ImageFile.extensions.joined(separator: ", ")))", found: "none in this folder")
    }
    return photos.sorted().map { (path + "/" + $0, $0) }
  }

  /// Where a path leads: absolute, links followed as far as they exist.
  private static func place(of path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}
