import Foundation
import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTModels
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTONNX

/// What cannot be exported is told, and no file is written.
struct RefusalTests {
  private func refusal(_ function: @escaping FunctionModel.Function, size: (Int, Int)? = nil) -> String? {
    do {
      _ = try FunctionModel { function($0, $1) }.exported(size: size.map { (height: $0.0, width: $0.1) })
      return nil
    } catch { return "\(error)" }
  }

  /// An operation with a kernel of its own.
  private func cube(_ x: Variable) -> Variable {
    let y = Tensor(x.shape) { y in
      for i in 0..<x.shape.count { y[i] = x.value.pointer[i] * x.value.pointer[i] * x.value.pointer[i] }
    }
    return Variable(y, from: [x]) { _, _ in }
  }

  @Test func anOperationOfOnesOwnIsNamed() throws {
    for size in [nil, (8, 8)] {
      let found = try #require(refusal({ images, _ in cube(images) }, size: size))
      #expect(
        found.hasPrefix("model.onnx: expected a model of operations that ONNX has, found ")
          && found.contains("the operation cube, which has no ONNX form"))
    }
    // It may compute by others while it is traced.
    #expect(refusal { images, _ in GraphTrace.isRecording ? images * images * images : cube(images) } == nil)
  }

  @Test func whatFollowsFromTheSizeIsRefusedOnlyForAnySize() throws {
    let functions: [FunctionModel.Function] = [
      { images, _ in images * Variable(constant: Tensor(repeating: 2, images.shape)) },
      { images, _ in images * (1 / Float(images.shape[1])) },
      { images, _ in images * Variable(constant: Tensor(Float(images.shape[2]))) },
      { images, _ in images.shape[1] > 34 ? images + 1 : images - 1 },
      { images, _ in pad(images, bottom: images.shape[1] * images.shape[1]).cropped(height: 1, width: 1) * 0 + images },
    ]
    for (index, function) in functions.enumerated() {
      let found = try #require(refusal(function), "\(index)")
      #expect(found.contains("--size HxW"), "\(index): \(found)")
      #expect(refusal(function, size: (8, 9)) == nil, "\(index)")
    }
  }

  @Test func numbersReadFromTheImageAreRefused() throws {
    let found = try #require(refusal { images, _ in images + Float(images.detached.argmax()) })
    #expect(found.contains("argmax, whose result is no tensor"))
  }

  /// A tensor that leaves its variable is still known.
  @Test func valuesAreKnownByTheirMemory() throws {
    let model = FunctionModel { images, numbers in
      let doubled = images * 2
      let again = Variable(constant: doubled.value.reshaped([images.shape.count]))
      return again.reshaped(images.shape) * `where`(images .> 0.5, numbers, numbers * -1)
    }
    let file = try model.exported(), input = images(height: 4, width: 5, channels: 3)
    let found = try Interpreter(file: file).run(NumberArray(channelsFirst: input))
    #expect(found.difference(to: NumberArray(channelsFirst: model.restored(input))) < 1e-6)
    let part = try #require(refusal { images, _ in Variable(constant: (images * 2).value.slice(0..<1)) + images })
    #expect(part.contains("Tensor.slice"))
  }

  @Test func nothingIsWrittenOfARefusedModel() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model.onnx"
      #expect(throws: InputError.self) { try FunctionModel { images, _ in cube(images) }.writeONNX(to: path) }
      #expect(throws: InputError.self) {
        try FunctionModel { images, _ in images }.writeONNX(to: folder + "/none/model.onnx")
      }
      try FunctionModel { images, _ in images * 2 }.writeONNX(to: path)
      #expect(try ONNXFile(Array(Data(contentsOf: URL(fileURLWithPath: path)))).nodes.map(\.type) == ["Mul"])
    }
  }
}
