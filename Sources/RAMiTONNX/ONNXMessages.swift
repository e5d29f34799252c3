// The messages of an ONNX file that a network of tensors needs, with the numbers of their fields
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

import RAMiTFiles

/// A message of an ONNX file.
protocol ONNXMessage {
  func encode(into message: inout ProtobufMessage)
}

extension ONNXMessage {
  /// The message's bytes.
  var encoded: [UInt8] {
    var message = ProtobufMessage()
    encode(into: &message)
    return message.bytes
  }
}

extension ProtobufMessage {
  fileprivate mutating func add(_ field: Int, _ message: some ONNXMessage) { add(field, message.encoded) }

  fileprivate mutating func addEach(_ field: Int, _ values: [Int]) {
    for value in values { add(field, value) }
  }

  fileprivate mutating func addEach(_ field: Int, _ texts: [String]) {
    for text in texts { add(field, text) }
  }

  fileprivate mutating func addEach(_ field: Int, _ messages: [some ONNXMessage]) {
    for message in messages { add(field, message) }
  }
}

/// A whole file.
struct ONNXModel: ONNXMessage {
  var producerVersion: String
  var documentation: String
  var graph: ONNXGraph
  /// By key, in the order of the file.
  var metadata: [(key: String, value: String)]

  /// The first version of the file's format that has `operatorSet`.
  static let irVersion = 8
  /// The version of ONNX's operators: the first that has antialiased resizing.
  static let operatorSet = 18

  func encode(into message: inout ProtobufMessage) {
    message.add(1, Self.irVersion)
    message.add(2, "ramit")
    message.add(3, producerVersion)
    message.add(6, documentation)
    message.add(7, graph)
    message.add(8, OperatorSet(version: Self.operatorSet))
    message.addEach(14, metadata.map { Entry(key: $0.key, value: $0.value) })
  }

  private struct OperatorSet: ONNXMessage {
    let version: Int

    func encode(into message: inout ProtobufMessage) {
      // The empty domain is that of ONNX itself.
      message.add(1, "")
      message.add(2, version)
    }
  }

  private struct Entry: ONNXMessage {
    let key, value: String

    func encode(into message: inout ProtobufMessage) {
      message.add(1, key)
      message.add(2, value)
    }
  }
}

/// Nodes in the order in which they can run, and the tensors that they begin with.
struct ONNXGraph: ONNXMessage {
  var name: String
  var nodes: [ONNXNode]
  var initializers: [ONNXTensor]
  var input, output: ONNXValueInfo

  func encode(into message: inout ProtobufMessage) {
    message.addEach(1, nodes)
    message.add(2, name)
    message.addEach(5, initializers)
    message.add(11, input)
    message.add(12, output)
  }
}

/// An operator applied to values, by their names; an optional operand that is left out has an empty name.
struct ONNXNode: ONNXMessage {
  var type: String
  var name: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [ONNXAttribute]

  func encode(into message: inout ProtobufMessage) {
    message.addEach(1, inputs)
    message.addEach(2, outputs)
    message.add(3, name)
    message.add(4, type)
    message.addEach(5, attributes)
  }
}

/// A setting of an operator.
struct ONNXAttribute: ONNXMessage {
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

  func encode(into message: inout ProtobufMessage) {
    message.add(1, name)
    switch content {
    case .number(let value):
      message.add(2, value)
      message.add(20, 1)
    case .integer(let value):
      message.add(3, value)
      message.add(20, 2)
    case .text(let text):
      message.add(4, text)
      message.add(20, 3)
    case .integers(let values):
      message.addEach(8, values)
      message.add(20, 7)
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
struct ONNXTensor: ONNXMessage {
  var name: String
  var type: ONNXElementType
  var shape: [Int]
  /// Little-endian, in row-major order.
  var bytes: [UInt8]

  func encode(into message: inout ProtobufMessage) {
    message.addEach(1, shape)
    message.add(2, type.rawValue)
    message.add(8, name)
    message.add(9, bytes)
  }
}

/// The name, type and shape of what goes into a graph or comes out.
struct ONNXValueInfo: ONNXMessage {
  /// A size that is known, or the name of one that is not.
  enum Dimension {
    case size(Int)
    case name(String)
  }

  var name: String
  var shape: [Dimension]

  func encode(into message: inout ProtobufMessage) {
    message.add(1, name)
    message.add(2, TypeMessage(shape: shape))
  }

  private struct TypeMessage: ONNXMessage {
    let shape: [Dimension]

    func encode(into message: inout ProtobufMessage) { message.add(1, TensorType(shape: shape)) }
  }

  private struct TensorType: ONNXMessage {
    let shape: [Dimension]

    func encode(into message: inout ProtobufMessage) {
      message.add(1, ONNXElementType.float32.rawValue)
      message.add(2, ShapeMessage(shape: shape))
    }
  }

  private struct ShapeMessage: ONNXMessage {
    let shape: [Dimension]

    func encode(into message: inout ProtobufMessage) { message.addEach(1, shape.map(DimensionMessage.init)) }
  }

  private struct DimensionMessage: ONNXMessage {
    let dimension: Dimension

    func encode(into message: inout ProtobufMessage) {
      switch dimension {
      case .size(let size): message.add(1, size)
      case .name(let name): message.add(2, name)
      }
    }
  }
}
