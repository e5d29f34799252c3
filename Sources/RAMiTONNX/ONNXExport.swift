import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels
import RAMiTTensorCore

extension RestorationModel {
  /// Writes the model as an ONNX file (operator set 18), which gives what `restore` gives; the file is whole, or not
  /// there.
  ///
  /// Its input is called `input`, N x C x H x W, and its output `output`, N x C x sH x sW: numbers in [0, 1], those of
  /// the output not clamped. Padding to the model's size multiple and cropping are part of the graph. Weights have the
  /// names and shapes that they have in weight files.
  ///
  /// The graph is a trace of the forward pass, so a model of one's own is exported as the built-in ones are: by the
  /// general operations that it is made of. An operation with a kernel of one's own computes by others while it is
  /// traced (`GraphTrace.isRecording`).
  /// - Parameters:
  ///   - size: the height and width of the images that the file is for; nil for images of any size.
  ///   - notes: what else the file should say, by key.
  /// - Throws: `InputError` that names the file: for an operation without an ONNX form, for a model whose graph depends
  ///   on the size of the image where `size` is nil, and when the file cannot be written.
  /// - Precondition: the sides of `size` are positive.
  public func writeONNX(
    to path: String, size: (height: Int, width: Int)? = nil, notes: [String: String] = [:]
  ) throws {
    require(size.map { $0.height > 0 && $0.width > 0 } ?? true, "an image has pixels")
    let model = try ONNXExport(self, size: size, path: path).model(notes: notes)
    let weights = model.graph.initializers.reduce(0) { $0 + $1.bytes.count }
    // Protocol Buffers end there, and a graph takes some kilobytes beside the weights.
    guard weights < Int(Int32.max) - 1 << 24 else {
      throw InputError(path, expected: "a model of less than 2 GiB, as ONNX files hold it", found: "\(weights) bytes")
    }
    try WholeFile.write(model.encoded, to: path)
  }
}

extension GraphProgram.Refusal {
  /// - Parameter path: the file that is not written.
  fileprivate func inputError(_ path: String) -> InputError {
    InputError(
      path,
      expected: dependsOnSize
        ? "a model for images of any size (--size HxW fixes one)" : "a model of operations that ONNX has",
      found: description)
  }
}

/// A model as an ONNX graph.
struct ONNXExport<Model: RestorationModel> {
  private let model: Model
  private let size: (height: Int, width: Int)?
  private let program: GraphProgram
  private let path: String

  /// - Parameters:
  ///   - size: the height and width of the images; nil for any.
  ///   - path: the file, for messages.
  init(_ model: Model, size: (height: Int, width: Int)?, path: String) throws {
    (self.model, self.size, self.path) = (model, size, path)
    do throws(GraphProgram.Refusal) {
      program = try Self.program(model, size)
    } catch {
      throw error.inputError(path)
    }
  }

  private static func program(_ model: Model, _ size: (height: Int, width: Int)?) throws(GraphProgram.Refusal)
    -> GraphProgram
  {
    let unit = model.padding.multiple
    guard let size else { return try GraphProgram(ofAnySize: model, unit: unit).simplified() }
    let input = InputSize(
      rows: model.padding.paddedSide(size.height) / unit, columns: model.padding.paddedSide(size.width) / unit)
    // The graph for any size takes small passes only.
    if let general = try? GraphProgram(ofAnySize: model, unit: unit) { return general.fixed(at: input).simplified() }
    return try GraphProgram(of: model, unit: unit, size: input).simplified()
  }

  /// The whole file.
  func model(notes: [String: String]) throws -> ONNXModel {
    let task = model.task, builder = GraphBuilder(), frame = ImageFrame(builder, model.padding)
    let tensors = ModelTensors(model.parameters)
    func emit(_ image: String, _ units: [String]?) throws -> String {
      let emitter = ProgramEmitter(
        program, builder, SizeEmitter(builder, units: units), input: image, tensors: tensors)
      do throws(GraphProgram.Refusal) {
        return try emitter.emit()
      } catch {
        throw error.inputError(path)
      }
    }
    let result: String, sides: [[ONNXValueInfo.Dimension]]
    if let size {
      let image = frame.padded("input", height: size.height, width: size.width)
      result = frame.cropped(try emit(image, nil), height: size.height, width: size.width, scale: task.scale)
      sides = [1, task.scale].map { [.size(size.height * $0), .size(size.width * $0)] }
    } else {
      let image = frame.padded("input")
      result = frame.cropped(try emit(image.name, image.units), as: image, scale: task.scale)
      sides = [
        [.name("height"), .name("width")],
        task.scale == 1 ? [.name("height"), .name("width")] : [.name("output_height"), .name("output_width")],
      ]
    }
    builder.finish(result, as: "output")
    let images: ONNXValueInfo.Dimension = size == nil ? .name("images") : .size(1)
    func info(_ name: String, _ sides: [ONNXValueInfo.Dimension]) -> ONNXValueInfo {
      ONNXValueInfo(name: name, shape: [images, .size(task.channels)] + sides)
    }
    return ONNXModel(
      producerVersion: Product.version, documentation: documentation,
      graph: ONNXGraph(
        name: model.architecture.modelName, nodes: builder.nodes, initializers: builder.initializers,
        input: info("input", sides[0]), output: info("output", sides[1])),
      metadata: try metadata(notes))
  }

  private var documentation: String {
    let channels = model.task.channels == 1 ? "one channel, gray" : "the channels R, G and B"
    return "Image restoration for the task \(model.task). input: N x C x H x W, numbers in 0 ... 1, \(channels). "
      + "output: the same, \(model.task.scale) times as high and wide, not clamped. Padding is part of the graph."
  }

  /// What the file says beside its graph.
  private func metadata(_ notes: [String: String]) throws -> [(key: String, value: String)] {
    let architecture = model.architecture
    let own = [
      ("model", architecture.modelName), ("task", "\(model.task)"), ("scale", "\(model.task.scale)"),
      ("configuration", try architecture.json),
    ]
    let others = notes.filter { note in !own.contains { $0.0 == note.key } }.sorted { $0.key < $1.key }
    return (own + others.map { ($0.key, $0.value) }).map { (key: $0.0, value: $0.1) }
  }
}
