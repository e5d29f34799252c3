import Foundation
import RAMiTAutograd
import RAMiTKernels
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTONNX

/// Exported models in ONNX Runtime, and the files by ONNX's own checker. `RAMIT_PYTHON` names a Python with onnx and
/// onnxruntime; without it, the system's is asked.
@Suite(.enabled(if: Script.program != nil, "no Python with onnx and onnxruntime")) struct PythonTests {
  @Test func everyModelGivesTheSame() throws {
    let script = try Script()
    for (index, architecture) in BuiltInArchitecture.small.enumerated() {
      let model = architecture.makeModel(seed: 3), channels = model.task.channels
      model.shake()
      try script.add(
        "model\(index)", model,
        [images(2, height: 34, width: 19, channels: channels), images(height: 5, width: 7, channels: channels)])
      try script.add("fixed\(index)", model, [images(height: 21, width: 40, channels: channels)], size: (21, 40))
    }
    try script.check()
  }

  @Test func everyOperationGivesTheSame() throws {
    let script = try Script()
    for operation in OperatorCase.all {
      try script.add(operation.description, operation.model, [images(height: 12, width: 16, channels: 3)])
    }
    try script.check()
  }

  /// Images that are padded in every way, and hardly or not at all.
  @Test func imagesArePaddedAlike() throws {
    let script = try Script()
    for (index, mode) in [PaddingMode.zero, .constant(0.3), .reflect, .replicate, .symmetric].enumerated() {
      for least in [0, 1] {
        let model = FunctionModel(padding: ImagePadding(multiple: 8, least: least, mode: mode)) { images, numbers in
          images * numbers + images.mean(axes: [1, 2], keepsDimensions: true)
        }
        let sizes = [(8, 8), (13, 9), (3, 16), (1, 1)]
        try script.add(
          "padding\(index)-\(least)", model, sizes.map { images(height: $0.0, width: $0.1, channels: 3) })
        for (height, width) in sizes {
          try script.add(
            "padding\(index)-\(least)-\(height)x\(width)", model, [images(height: height, width: width, channels: 3)],
            size: (height, width))
        }
      }
    }
    try script.check()
  }

  /// The published models as a whole.
  @Test(
    .needsReference,
    arguments: [
      ("RAMiT-1_X2", RestorationTask.x2), ("RAMiT-1_CDN", .dn), ("RAMiT-slimSR_X4", .x4), ("NGswin_x2", .x2),
    ])
  func publishedModelsGiveTheSame(name: String, task: RestorationTask) throws {
    let weights = referenceFile("weights/\(name).pth")
    let model = try PretrainedModel<BuiltInArchitecture>(weights: weights, task: task).model
    let script = try Script()
    try script.add(
      name, model, [images(height: 50, width: 70, channels: 3), images(2, height: 20, width: 33, channels: 3)])
    try script.check()
  }
}

/// Files for `check_onnx.py`, and what it says of them.
private final class Script {
  private struct Case: Encodable {
    let model, input, output: String
    let shape, outputShape: [Int]
  }

  static let program = PythonScript(Bundle.module.resourcePath! + "/Fixtures/check_onnx.py")

  private let folder: TemporaryFolder
  private var cases: [Case] = []
  private var ranges: [Double] = []

  init() throws { folder = try TemporaryFolder() }

  /// - Parameter images: N x H x W x C each.
  func add(
    _ name: String, _ model: some RestorationModel, _ images: [Tensor], size: (height: Int, width: Int)? = nil
  ) throws {
    try model.writeONNX(to: "\(folder.path)/\(name).onnx", size: size)
    for (index, image) in images.enumerated() {
      let expected = NumberArray(channelsFirst: model.restored(image)), input = NumberArray(channelsFirst: image)
      let files = ["input", "output"].map { "\(name)-\(index).\($0)" }
      for (file, array) in zip(files, [input, expected]) {
        try array.values.map(Float.init).withUnsafeBytes {
          try Data($0).write(to: URL(fileURLWithPath: "\(folder.path)/\(file)"))
        }
      }
      cases.append(
        Case(
          model: "\(name).onnx", input: files[0], output: files[1], shape: input.shape, outputShape: expected.shape))
      ranges.append(expected.values.reduce(1) { max($0, abs($1)) })
    }
  }

  /// Expects differences of at most 1e-4 of the range.
  func check() throws {
    try JSONEncoder().encode(cases).write(to: URL(fileURLWithPath: folder.path + "/cases.json"))
    let outcome = try #require(Self.program).run([folder.path])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count == cases.count)
    for (line, range) in zip(lines, ranges) {
      let difference = line.last.flatMap { Double($0) } ?? .infinity
      #expect(difference < 1e-4 * range, "\(line)")
    }
  }
}
