import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

/// The decoded pixels of a set in one file, from which a crop reads only its own rows.
///
/// It is read with `pread`, not mapped: a file that shrinks while it is in use gives an error then, and does not end
/// the process.
public final class DecodedCache: Sendable {
  private let path: String
  private let names: CacheNames
  private let descriptor: Int32
  private let images: [ByteString: DecodedImage]

  /// - Parameter base: the folder of the set whose images these are.
  /// - Throws: `InputError` that names the cache, when it is none or is damaged.
  public init(_ path: String, of base: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw InputError(
        path, expected: "a decoded cache (ramit data prepare cache makes one)", found: "no file that can be read")
    }
    do {
      images = try Self.readIndex(descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    names = CacheNames(in: base)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func readIndex(_ descriptor: Int32, _ path: String) throws -> [ByteString: DecodedImage] {
    func damage(_ found: String) -> InputError { InputError(path, expected: "a decoded cache", found: found) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw damage("no file") }
    let size = Int(status.st_size)
    guard size >= DecodedCacheHeader.size,
      let header = DecodedCacheHeader(try read(descriptor, path, at: 0, count: DecodedCacheHeader.size))
    else { throw damage("another kind of file") }
    guard header.indexOffset <= UInt64(size), header.indexSize == UInt64(size) - header.indexOffset else {
      throw damage("\(size) bytes, which are not all of it")
    }
    guard header.indexSize <= 1 << 30 else { throw damage("an index of \(header.indexSize) bytes") }
    let index = try read(descriptor, path, at: Int(header.indexOffset), count: Int(header.indexSize))
    guard index.withUnsafeBytes({ CRC32.checksum($0) }) == header.indexChecksum else { throw damage("a damaged index") }
    guard let images = try? JSONDecoder().decode([DecodedImage].self, from: Data(index)) else {
      throw damage("an index that cannot be read")
    }
    for image in images where !image.fits(before: Int(header.indexOffset)) {
      throw damage("an impossible place of \(image.file)")
    }
    return Dictionary(images.map { (ByteString($0.file), $0) }) { first, _ in first }
  }

  /// - Throws: `InputError` for the first of these files that is not in the cache, or has changed since.
  public func check(_ files: some Sequence<String>) throws {
    for file in files {
      let image = try entry(file)
      let state = try SourceState(file)
      guard state.bytes == image.sourceBytes, state.modified == image.sourceModified else {
        throw stale("\(file) has changed since")
      }
    }
  }

  private func stale(_ found: String) -> InputError {
    InputError(path, expected: "the images as they are now (ramit data prepare cache makes it again)", found: found)
  }

  /// The pixels of a rectangle of a file's image.
  /// - Throws: `InputError` when the file is not in the cache, or the rectangle not in the image.
  public func region(of file: String, x: Int, y: Int, width: Int, height: Int) throws -> Image {
    let image = try entry(file)
    let isInside =
      0..<image.width ~= x && 0..<image.height ~= y && 1...image.width - x ~= width
      && 1...image.height - y ~= height
    guard isInside else {
      throw InputError(
        file, expected: "a part of \(image.width) x \(image.height) pixels",
        found: "\(width) x \(height) at \(x), \(y)")
    }
    return try region(image, x: x, y: y, width: width, height: height)
  }

  func entry(_ file: String) throws -> DecodedImage {
    guard let image = images[ByteString(names.name(of: file))] else { throw stale("no \(file) in it") }
    return image
  }

  /// The pixels of a rectangle, row by row.
  /// - Precondition: it lies inside the image.
  /// - Throws: `InputError` that names the cache when it cannot be read.
  func region(_ image: DecodedImage, x: Int, y: Int, width: Int, height: Int) throws -> Image {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= image.width && y + height <= image.height,
      "the region leaves the image")
    let line = width * image.pixelBytes, stride = image.width * image.pixelBytes
    var failure: InputError?
    let bytes = [UInt8](unsafeUninitializedCapacity: line * height) { buffer, count in
      let start = image.offset + y * stride + x * image.pixelBytes
      // Whole rows lie one after the other.
      let (pieces, size) = width == image.width ? (1, line * height) : (height, line)
      for piece in 0..<pieces {
        let target = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[piece * size..<(piece + 1) * size])
        do {
          try Self.read(descriptor, path, at: start + piece * stride, into: target)
        } catch {
          failure = error as? InputError
          return
        }
      }
      count = line * height
    }
    if let failure { throw failure }
    let samples: Image.Samples
    if image.bits == 8 {
      samples = .uint8(bytes)
    } else {
      let numbers = (0..<bytes.count / 2).map { (i: Int) -> UInt16 in
        UInt16(bytes[2 * i]) | UInt16(bytes[2 * i + 1]) << 8
      }
      samples = .uint16(numbers)
    }
    return Image(width: width, height: height, channels: image.channels, samples: samples)
  }

  private static func read(_ descriptor: Int32, _ path: String, at offset: Int, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try read(descriptor, path, at: offset, into: $0) }
    return bytes
  }

  private static func read(
    _ descriptor: Int32, _ path: String, at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws {
    var done = 0
    while done < target.count {
      let count = pread(descriptor, target.baseAddress! + done, target.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw InputError(
          path, expected: "a decoded cache that can be read", found: count == 0 ? "its end" : "an error of the disk")
      }
      done += count
    }
  }
}
