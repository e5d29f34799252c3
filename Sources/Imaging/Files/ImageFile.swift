import Diagnostics
import Foundation

/// Image files: PNG, JPEG, BMP and TIFF, told apart by their content; what is read is upright.
public enum ImageFile {
  /// The endings of files that can be read, in lower case.
  public static let extensions = ["png", "jpg", "jpeg", "bmp", "tif", "tiff"]

  private static let decoders: [any ImageDecoder.Type] = [PNGFile.self, JPEGFile.self, BMPFile.self, TIFFFile.self]

  /// The most pixels that are read unless a caller asks for more.
  public static let maximumPixels = 89_478_485

  /// Reads an image.
  /// - Parameter maximumPixels: larger images are refused before memory is taken for them.
  /// - Throws: `InputError` that names the file.
  public static func read(_ path: String, maximumPixels: Int = Self.maximumPixels) throws -> Image {
    let file = try open(path)
    let (pixels, overflow) = file.width.multipliedReportingOverflow(by: file.height)
    guard file.width > 0, file.height > 0, !overflow, pixels <= maximumPixels else {
      throw InputError(
        path, expected: "an image of 1 to \(maximumPixels) pixels", found: "\(file.width) x \(file.height)")
    }
    do {
      return try file.decode().turned(file.orientation)
    } catch let fault as ImageFault {
      throw InputError(path, expected: "a whole \(type(of: file).format) image", found: fault.found)
    }
  }

  /// The size of an image, from its header.
  /// - Throws: `InputError` that names the file.
  public static func size(_ path: String) throws -> (width: Int, height: Int, channels: Int) {
    let file = try open(path)
    let (width, height) = (file.width, file.height)
    return file.orientation.swapsSides ? (height, width, file.channels) : (width, height, file.channels)
  }

  /// The image files in a folder, sorted by name; hidden ones are left out.
  public static func list(_ folder: String) throws -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw InputError(folder, expected: "a folder of images", found: "none that can be read")
    }
    return names.filter { name in !name.hasPrefix(".") && extensions.contains(pathExtension(name)) }.sorted()
      .map { folder + "/" + $0 }
  }

  /// Writes a PNG or, by the path's ending, a JPEG of the given quality: first beside the target, then renamed.
  /// - Throws: `InputError` that names the path.
  public static func write(_ image: Image, to path: String, quality: Int = 95) throws {
    let bytes: [UInt8]
    do {
      switch pathExtension(path) {
      case "png": bytes = try PNGFile.encode(image)
      case "jpg", "jpeg": bytes = try JPEGFile.encode(image, quality: quality)
      default: throw InputError(path, expected: "a name that ends in .png, .jpg or .jpeg", found: "another")
      }
    } catch let fault as ImageFault {
      throw InputError(path, expected: "an image that can be encoded", found: fault.found)
    }
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw InputError(path, expected: "a file that can be written", found: error.localizedDescription)
    }
  }

  private static func pathExtension(_ name: String) -> String { URL(fileURLWithPath: name).pathExtension.lowercased() }

  /// The file with its header read.
  private static func open(_ path: String) throws -> any ImageDecoder {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, expected: "an image", found: "no such file")
    }
    guard !isFolder.boolValue else { throw InputError(path, expected: "an image", found: "a folder") }
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw InputError(path, expected: "an image", found: "a file that cannot be read")
    }
    guard !contents.isEmpty else { throw InputError(path, expected: "an image", found: "an empty file") }
    let bytes = [UInt8](contents)
    guard let decoder = decoders.first(where: { $0.recognizes(bytes) }) else {
      throw InputError(path, expected: "a PNG, JPEG, BMP or TIFF image", found: "another kind of file")
    }
    do {
      return try decoder.init(bytes)
    } catch let fault as ImageFault {
      throw InputError(path, expected: "a whole \(decoder.format) image", found: fault.found)
    }
  }
}
