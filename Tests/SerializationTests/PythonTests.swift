import Foundation
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

private let program = PythonScript(Bundle.module.resourcePath! + "/Fixtures/safetensors_files.py")

/// Files of Python's safetensors, and ours in its hands. `RAMIT_PYTHON` names a Python with safetensors and numpy;
/// without it, the system's is asked.
@Suite(.enabled(if: program != nil, "no Python with safetensors")) struct PythonTests {
  private let folder: TemporaryFolder
  private let count = testSize(50, full: 500)

  init() throws { folder = try TemporaryFolder() }

  private func run(_ command: String) throws {
    let outcome = try #require(program).run([command, folder.path, "\(count)"])
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  /// Tensors of all number types, with names and metadata of all kinds.
  @Test func whatItWritesIsReadAndWrittenAgain() throws {
    try run("make")
    for number in 0..<count {
      let made = try SafeTensors.read("\(folder.path)/made\(number).safetensors")
      #expect(!made.isEmpty && made.unreadable.isEmpty && !made.hasChecksums)
      try SafeTensors.write(made, to: "\(folder.path)/written\(number).safetensors")
    }
    try run("compare")
  }

  @Test func whatIsWrittenComesBackFromIt() throws {
    var random = RandomNumbers(seed: 5)
    let drawn = (0..<count).map { _ in Self.tensors(&random) }
    for (number, tensors) in drawn.enumerated() {
      let precision = number % 3 == 0 ? SafeTensors.Precision.float16 : .float32
      try SafeTensors.write(tensors, to: "\(folder.path)/drawn\(number).safetensors", precision)
    }
    try run("copy")
    for (number, tensors) in drawn.enumerated() {
      let copied = try SafeTensors.read("\(folder.path)/copied\(number).safetensors")
      // Its checksums hold for the copy too.
      #expect(copied.hasChecksums && Set(copied.names) == Set(tensors.names), "\(number)")
      #expect(copied.metadata.filter { $0.key != "ramit.crc32" } == tensors.metadata, "\(number)")
      for (name, tensor) in tensors {
        #expect(copied[name]?.shape == tensor.shape, "\(number), \(name)")
        #expect(copied[name]?.array == tensor.array, "\(number), \(name)")
      }
    }
  }

  /// Values that float16 can hold, so that each precision gives them back.
  private static func tensors(_ random: inout RandomNumbers) -> NamedTensors {
    let letters = Array("abc._-0/ \"\\\n\t\u{e9}\u{4e2d}\u{1f600}")
    func word() -> String {
      String((0..<Int.random(in: 1...12, using: &random)).map { _ in letters.randomElement(using: &random)! })
    }
    var tensors = NamedTensors()
    for _ in 0..<Int.random(in: 1...9, using: &random) {
      let shape = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...5, using: &random) }
      let name = word(), isInteger = Bool.random(using: &random)
      let values = (0..<shape.reduce(1, *)).map { _ in
        isInteger
          ? Float(Int.random(in: -1 << 24...1 << 24, using: &random))
          : Float(Float16(Float.random(in: -60000...60000, using: &random)))
      }
      tensors[name] = Tensor(values, Shape(shape))
      if isInteger { tensors.int64Names.insert(name) } else { tensors.int64Names.remove(name) }
    }
    for _ in 0..<Int.random(in: 0...4, using: &random) { tensors.metadata[word()] = word() }
    return tensors
  }
}
