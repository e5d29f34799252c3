import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTTensorCore
import RAMiTTestSupport

typealias TemporaryFolder = RAMiTTestSupport.TemporaryFolder

extension TemporaryFolder {
  /// Writes an image, with the folders that lead to it; returns its path.
  @discardableResult
  func write(_ image: Image, _ name: String) throws -> String {
    let path = try place(name)
    try ImageFile.write(image, to: path)
    return path
  }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = try place(name)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func place(_ name: String) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    return file.path
  }

  /// The error's text without the folder's path; `no error` when there is none.
  func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as InputError {
      return error.description.replacing(path, with: "")
    } catch {
      return "another error: \(error)"
    }
  }
}

extension PatchSampler {
  /// A sample by itself: p x p x C and sp x sp x C.
  func sample(pair: Int, epoch: Int, index: Int) throws -> (input: Tensor, target: Tensor) {
    let batch = Batch([try patches(pair: pair, epoch: epoch, index: index)])
    func first(_ tensor: Tensor) -> Tensor { tensor.reshaped(Shape(Array(tensor.shape.dimensions.dropFirst()))) }
    return (first(batch.input), first(batch.target))
  }
}

/// A drawn image.
func drawn(_ number: Int, width: Int = 64, height: Int = 48) -> Image {
  DeadLeaves(seed: 5).image(number, width: width, height: height)
}

/// An image whose pixels are random: no part of it equals another.
func noisy(_ number: Int, width: Int, height: Int, channels: Int = 3, bits: Int = 8) -> Image {
  var random = RandomNumbers(seed: 77, UInt64(number))
  let count = width * height * channels
  let samples: Image.Samples =
    bits == 8
    ? .uint8((0..<count).map { _ in UInt8(random.below(256)) })
    : .uint16((0..<count).map { _ in UInt16(random.below(65536)) })
  return Image(width: width, height: height, channels: channels, samples: samples)
}

/// A whole JPEG of 8 x 8 pixels in four inks: each component is one block whose only coefficient is 0.
let cmykJPEG: [UInt8] = {
  func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
    [0xff, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
  }
  let components: [UInt8] = [1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]
  let scans: [UInt8] = [1, 0, 2, 0, 3, 0, 4, 0]
  // One code of one bit: difference 0, and end of block.
  let codes: [UInt8] = [1] + [UInt8](repeating: 0, count: 15) + [0]
  var file: [UInt8] = [0xff, 0xd8]
  file += segment(0xdb, [0] + [UInt8](repeating: 1, count: 64))
  file += segment(0xc0, [8, 0, 8, 0, 8, 4] + components)
  file += segment(0xc4, [0x00] + codes) + segment(0xc4, [0x10] + codes)
  file += segment(0xda, [4] + scans + [0, 63, 0])
  return file + [0x00, 0xff, 0xd9]
}()
