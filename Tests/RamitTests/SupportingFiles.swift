import Foundation
import RAMiTCZlib
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTNN
import RAMiTSerialization

typealias PretrainedRAMiT = PretrainedModel<RAMiTConfiguration>

extension Folder {
  /// Writes a picture with something to see in it.
  @discardableResult func picture(_ name: String, width: Int = 24, height: Int = 20, channels: Int = 3) throws -> String
  {
    let values = (0..<width * height * channels).map { UInt8($0 * 5 % 251) }
    try ImageFile.write(
      Image(width: width, height: height, channels: channels, samples: .uint8(values)), to: file(name))
    return file(name)
  }

  /// Writes the weights of a small model, with its configuration.
  @discardableResult func weights(_ name: String = "weights.safetensors", _ task: RestorationTask = .x2) throws
    -> String
  {
    let configuration = RAMiTConfiguration.small(task)
    let model = RAMiT(configuration)
    var tensors = model.parameters.stateDict
    tensors.metadata["model"] = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
    try SafeTensors.write(tensors, to: file(name))
    return file(name)
  }

  /// Writes files that are not what their names say, and gives their names: a PNG cut off, nothing at all, text, and
  /// a header of an impossible size.
  func brokenImages(like picture: String) throws -> [String] {
    let whole = try Data(contentsOf: URL(fileURLWithPath: picture))
    try write(whole.prefix(whole.count / 2), to: "cut.png")
    try write(Data(), to: "empty.png")
    try write("This is text.\n".utf8, to: "text.png")
    try write(pngHeader(width: 0x7fff_ffff, height: 0x7fff_ffff), to: "huge.png")
    try write(whole.prefix(20), to: "head.png")
    return ["cut.png", "empty.png", "text.png", "huge.png", "head.png"]
  }

  /// A PNG with nothing after its header.
  private func pngHeader(width: UInt32, height: UInt32) -> [UInt8] {
    func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    let chunk = Array("IHDR".utf8) + bytes(width) + bytes(height) + [8, 2, 0, 0, 0]
    let checksum = UInt32(crc32(0, chunk, UInt32(chunk.count)))
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + bytes(13) + chunk + bytes(checksum)
  }
}
