// The messages of an ONNX file that a network of tensors needs, with the numbers of their fields
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

/// A whole file.
struct ONNXModel: ProtobufMessage {
  var producerVersion: String
  var documentation: String
  var graph: ONNXGraph
  /// By key, in the order of the file.
  var metadata: [(key: String, value: String)]

  /// The first version of the file's format that has `operatorSet`.
  static let irVersion = 8
  /// The version of ONNX's operators: the first that has antialiased resizing.
  static let operatorSet = 18

  func encode(into writer: inout ProtobufWriter) {
    writer.write(1, Self.irVersion)
    writer.write(2, "ramit")
    writer.write(3, producerVersion)
    writer.write(6, documentation)
    writer.write(7, graph)
    writer.write(8, OperatorSet(version: Self.operatorSet))
    writer.write(14, metadata.map { Entry(key: $0.key, value: $0.value) })
  }

  private struct OperatorSet: ProtobufMessage {
    let version: Int

    func encode(into writer: inout ProtobufWriter) {
      // The empty domain is that of ONNX itself.
      writer.write(1, "")
      writer.write(2, version)
    }
  }

  private struct Entry: ProtobufMessage {
    let key, value: String

    func encode(into writer: inout ProtobufWriter) {
      writer.write(1, key)
      writer.write(2, value)
    }
  }
}

/// Nodes in the order in which they can run, and the tensors that they begin with.
struct ONNXGraph: ProtobufMessage {
  var name: String
  var nodes: [ONNXNode]
  var initializers: [ONNXTensor]
  var input, output: ONNXValueInfo

  func encode(into writer: inout ProtobufWriter) {
    writer.write(1, nodes)
    writer.write(2, name)
    writer.write(5, initializers)
    writer.write(11, input)
    writer.write(12, output)
  }
}

/// An operator applied to values, by their names; an optional operand that is left out has an empty name.
struct ONNXNode: ProtobufMessage {
  var type: String
  var name: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [ONNXAttribute]

  func encode(into writer: inout ProtobufWriter) {
    writer.write(1, inputs)
    writer.write(2, outputs)
    writer.write(3, name)
    writer.write(4, type)
    writer.write(5, attributes)
  }
}

/// A setting of an operator.
struct ONNXAttribute: ProtobufMessage {
  enum Content {
    case integer(Int)
    case number(Float)
    case text(String)
    case integers([Int])
  }

  var name: String
  var content: Content

  init(_ name: String, _ value: Int) { (self.name, content) = (name, .integer(value)) }
  init(_ name: String, _ value: Float) { (self.name, content) = (name, .number(value)) }
  init(_ name: String, _ value: String) { (self.name, content) = (name, .text(value)) }
  init(_ name: String, _ values: [Int]) { (self.name, content) = (name, .integers(values)) }

  func encode(into writer: inout ProtobufWriter) {
    writer.write(1, name)
    switch content {
    case .number(let value):
      writer.write(2, value)
      writer.write(20, 1)
    case .integer(let value):
      writer.write(3, value)
      writer.write(20, 2)
    case .text(let text):
      writer.write(4, text)
      writer.write(20, 3)
    case .integers(let values):
      writer.write(8, values)
      writer.write(20, 7)
    }
  }
}

/// What elements are.
enum ONNXElementType: Int {
  case float32 = 1
  case int64 = 7
  case bool = 9
}

/// A tensor with its values.
struct ONNXTensor: ProtobufMessage {
  var name: String
  var type: ONNXElementType
  var shape: [Int]
  /// Little-endian, in row-major order.
  var bytes: [UInt8]

  func encode(into writer: inout ProtobufWriter) {
    writer.write(1, shape)
    writer.write(2, type.rawValue)
    writer.write(8, name)
    writer.write(9, bytes: bytes)
  }
}

/// The name, type and shape of what goes into a graph or comes out.
struct ONNXValueInfo: ProtobufMessage {
  /// A size that is known, or the name of one that is not.
  enum Dimension {
    case size(Int)
    case name(String)
  }

  var name: String
  var shape: [Dimension]

  func encode(into writer: inout ProtobufWriter) {
    writer.write(1, name)
    writer.write(2, TypeMessage(shape: shape))
  }

  private struct TypeMessage: ProtobufMessage {
    let shape: [Dimension]

    func encode(into writer: inout ProtobufWriter) { writer.write(1, TensorType(shape: shape)) }
  }

  private struct TensorType: ProtobufMessage {
    let shape: [Dimension]

    func encode(into writer: inout ProtobufWriter) {
      writer.write(1, ONNXElementType.float32.rawValue)
      writer.write(2, ShapeMessage(shape: shape))
    }
  }

  private struct ShapeMessage: ProtobufMessage {
    let shape: [Dimension]

    func encode(into writer: inout ProtobufWriter) { writer.write(1, shape.map(DimensionMessage.init)) }
  }

  private struct DimensionMessage: ProtobufMessage {
    let dimension: Dimension

    func encode(into writer: inout ProtobufWriter) {
      switch dimension {
      case .size(let size): writer.write(1, size)
      case .name(let name): writer.write(2, name)
      }
    }
  }
}
