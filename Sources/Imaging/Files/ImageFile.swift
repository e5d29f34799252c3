import CJPEG
import CPNG
import Diagnostics
import Foundation

/// Image files: PNG and JPEG, told apart by their content.
public enum ImageFile {
  /// The endings of files that can be read, in lower case.
  public static let extensions = ["png", "jpg", "jpeg"]

  /// Reads an image.
  /// - Parameter maximumPixels: larger images are refused before memory is taken for them.
  /// - Throws: `InputError` that names the file.
  public static func read(_ path: String, maximumPixels: Int = 89_478_485) throws -> Image {
    let file = try OpenedImage(path)
    let (width, height) = (file.width, file.height)
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, pixels <= maximumPixels else {
      throw InputError(path, expected: "an image of at most \(maximumPixels) pixels", found: "\(width) x \(height)")
    }
    return try file.decode()
  }

  /// The size of an image, from its header.
  public static func size(_ path: String) throws -> (width: Int, height: Int, channels: Int) {
    let file = try OpenedImage(path)
    return (file.width, file.height, file.channels)
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
  public static func write(_ image: Image, to path: String, quality: Int = 95) throws {
    let data: Data
    switch pathExtension(path) {
    case "png": data = try png(image, path)
    case "jpg", "jpeg": data = try jpeg(image, quality: quality, path)
    default: throw InputError(path, expected: "a name that ends in .png, .jpg or .jpeg", found: "another")
    }
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw InputError(path, expected: "a file that can be written", found: error.localizedDescription)
    }
  }

  private static func pathExtension(_ name: String) -> String { URL(fileURLWithPath: name).pathExtension.lowercased() }

  private static func png(_ image: Image, _ path: String) throws -> Data {
    var info = cpng_info(
      width: UInt32(image.width), height: UInt32(image.height), channels: Int32(image.channels),
      depth: Int32(image.bitDepth))
    return try encode(path) { file, size, message in
      switch image.samples {
      case .uint8(let values): cpng_write(&info, values, file, size, message)
      case .uint16(let values):
        values.withUnsafeBytes {
          cpng_write(&info, $0.assumingMemoryBound(to: UInt8.self).baseAddress, file, size, message)
        }
      }
    }
  }

  private static func jpeg(_ image: Image, quality: Int, _ path: String) throws -> Data {
    let flat = image.channels <= 2 ? image.grayscale() : image.rgb()
    let bytes: [UInt8]
    switch flat.samples {
    case .uint8(let values): bytes = values
    case .uint16(let values): bytes = values.map { UInt8((Int($0) + 128) / 257) }
    }
    var info = cjpeg_info(width: UInt32(flat.width), height: UInt32(flat.height), channels: Int32(flat.channels))
    return try encode(path) { file, size, message in
      cjpeg_write(&info, bytes, Int32(quality), file, size, message)
    }
  }

  private static func encode(
    _ path: String, _ encoder: (
      UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>, UnsafeMutablePointer<CChar>
    ) -> Int32
  ) throws -> Data {
    var file: UnsafeMutablePointer<UInt8>?
    var size = 0
    var message = [CChar](repeating: 0, count: 512)
    guard encoder(&file, &size, &message) == 0, let file else {
      throw InputError(path, expected: "an image that can be encoded", found: text(message))
    }
    return Data(bytesNoCopy: file, count: size, deallocator: .free)
  }

  fileprivate static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A file whose header has been read.
private struct OpenedImage {
  private enum Header {
    case png(cpng_info)
    case jpeg(cjpeg_info)
  }
  private let path: String
  private let data: [UInt8]
  private let header: Header

  init(_ path: String) throws {
    self.path = path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, expected: "an image", found: "no such file")
    }
    guard !isFolder.boolValue else { throw InputError(path, expected: "an image", found: "a folder") }
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw InputError(path, expected: "an image", found: "a file that cannot be read")
    }
    guard !contents.isEmpty else { throw InputError(path, expected: "an image", found: "an empty file") }
    data = [UInt8](contents)
    var message = [CChar](repeating: 0, count: 512)
    if data.starts(with: [0x89, 0x50, 0x4e, 0x47]) {
      var info = cpng_info()
      guard cpng_read_info(data, data.count, &info, &message) == 0 else { throw Self.damage(path, "PNG", message) }
      header = .png(info)
    } else if data.starts(with: [0xff, 0xd8]) {
      var info = cjpeg_info()
      guard cjpeg_read_info(data, data.count, &info, &message) == 0 else { throw Self.damage(path, "JPEG", message) }
      header = .jpeg(info)
    } else {
      throw InputError(path, expected: "a PNG or JPEG image", found: "another kind of file")
    }
  }

  var width: Int {
    switch header {
    case .png(let info): Int(info.width)
    case .jpeg(let info): Int(info.width)
    }
  }
  var height: Int {
    switch header {
    case .png(let info): Int(info.height)
    case .jpeg(let info): Int(info.height)
    }
  }
  var channels: Int {
    switch header {
    case .png(let info): Int(info.channels)
    case .jpeg(let info): Int(info.channels)
    }
  }

  func decode() throws -> Image {
    let count = width * height * channels
    var message = [CChar](repeating: 0, count: 512)
    switch header {
    case .png(var info) where info.depth == 16:
      var values = [UInt16](repeating: 0, count: count)
      let status = values.withUnsafeMutableBytes {
        cpng_read_pixels(data, data.count, &info, $0.assumingMemoryBound(to: UInt8.self).baseAddress, &message)
      }
      guard status == 0 else { throw Self.damage(path, "PNG", message) }
      return Image(width: width, height: height, channels: channels, samples: .uint16(values))
    case .png(var info):
      var values = [UInt8](repeating: 0, count: count)
      guard cpng_read_pixels(data, data.count, &info, &values, &message) == 0 else {
        throw Self.damage(path, "PNG", message)
      }
      return Image(width: width, height: height, channels: channels, samples: .uint8(values))
    case .jpeg(var info):
      var values = [UInt8](repeating: 0, count: count)
      guard cjpeg_read_pixels(data, data.count, &info, &values, &message) == 0 else {
        throw Self.damage(path, "JPEG", message)
      }
      return Image(width: width, height: height, channels: channels, samples: .uint8(values))
    }
  }

  private static func damage(_ path: String, _ kind: String, _ message: [CChar]) -> InputError {
    InputError(path, expected: "a whole \(kind) image", found: ImageFile.text(message))
  }
}
