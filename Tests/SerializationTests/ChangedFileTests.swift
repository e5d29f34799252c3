import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// Another program may write into a weight file while it is read: the error names the file, and no signal ends the
/// program.
@Suite struct ChangedFileTests {
  private static let tensors: NamedTensors = {
    var tensors = NamedTensors()
    for i in 0..<4 { tensors["layer\(i)"] = Tensor(repeating: Float(i), [100, 1000]) }
    return tensors
  }()

  /// Opens a file, changes it, and reads on.
  private func error(_ ending: String, _ change: (_ path: String, _ size: Int) throws -> Void) throws -> InputError? {
    let path = NSTemporaryDirectory() + "ramit-changed-" + UUID().uuidString + ending
    defer { try? FileManager.default.removeItem(atPath: path) }
    if ending == ".pth" {
      try PyTorchCheckpoint.write(Self.tensors, to: path)
    } else {
      try SafeTensors.write(Self.tensors, to: path)
    }
    let weights = try WeightFile.open(path)
    #expect(try weights.tensor("layer1")?.array == Self.tensors["layer1"]?.array)
    try change(path, try Data(contentsOf: URL(fileURLWithPath: path)).count)
    let error = #expect(throws: InputError.self) { for name in Self.tensors.names { _ = try weights.tensor(name) } }
    #expect(error?.location == path)
    return error
  }

  @Test(arguments: [".pth", ".safetensors"], [0, 1, 1_000_000])
  func aShorterFileIsAnError(ending: String, size: Int) throws {
    var whole = 0
    let error = try error(ending) {
      whole = $1
      #expect(truncate($0, size) == 0)
    }
    #expect(error?.expected == "\(whole) bytes, as when it was opened" && error?.found == "\(size) bytes")
  }

  @Test(arguments: [".pth", ".safetensors"])
  func anotherContentIsAnError(ending: String) throws {
    let error = try error(ending) { path, size in
      // The system's clock of files is coarse.
      usleep(20_000)
      let file = try #require(FileHandle(forUpdatingAtPath: path))
      try file.seek(toOffset: UInt64(size / 2))
      try file.write(contentsOf: [UInt8](repeating: 1, count: 64))
      try file.close()
    }
    #expect(error?.expected == "the content of when it was opened")
  }
}
