import Foundation

/// An ONNX file as another program reads it, with the fields of onnx.proto by their numbers.
struct ONNXFile {
  struct Node {
    let type: String
    let name: String
    let inputs, outputs: [String]
    let integers: [String: Int]
    let numbers: [String: Float]
    let texts: [String: String]
    let lists: [String: [Int]]
  }

  struct Tensor {
    let type: Int
    let shape: [Int]
    let values: [Double]
  }

  /// An input or output: a size, or the name of one.
  struct Info: Equatable {
    let name: String
    let type: Int
    let shape: [String]
  }

  let irVersion: Int
  let operatorSet: Int
  let producer: [String]
  let metadata: [String: String]
  let documentation: String
  let nodes: [Node]
  let initializers: [String: Tensor]
  let inputs, outputs: [Info]

  init(_ bytes: [UInt8]) throws {
    let model = try ProtobufReader(bytes)
    irVersion = model.integers(1)[0]
    producer = model.texts(2) + model.texts(3)
    documentation = model.texts(6)[0]
    let sets = try model.messages(8)
    guard sets.count == 1, sets[0].texts(1) == [""] else { throw ProtobufReader.Failure(reason: "operator sets") }
    operatorSet = sets[0].integers(2)[0]
    metadata = Dictionary(
      uniqueKeysWithValues: try model.messages(14).map { ($0.texts(1)[0], $0.texts(2)[0]) })
    let graph = try model.messages(7)[0]
    nodes = try graph.messages(1).map(Self.node)
    initializers = Dictionary(uniqueKeysWithValues: try graph.messages(5).map { ($0.texts(8)[0], try Self.tensor($0)) })
    inputs = try graph.messages(11).map(Self.info)
    outputs = try graph.messages(12).map(Self.info)
  }

  private static func node(_ message: ProtobufReader) throws -> Node {
    var integers: [String: Int] = [:], numbers: [String: Float] = [:]
    var texts: [String: String] = [:], lists: [String: [Int]] = [:]
    for attribute in try message.messages(5) {
      let name = attribute.texts(1)[0]
      switch attribute.integers(20)[0] {
      case 1: numbers[name] = attribute.numbers(2)[0]
      case 2: integers[name] = attribute.integers(3)[0]
      case 3: texts[name] = attribute.texts(4)[0]
      case 7: lists[name] = attribute.integers(8)
      case let type: throw ProtobufReader.Failure(reason: "an attribute of type \(type)")
      }
    }
    return Node(
      type: message.texts(4)[0], name: message.texts(3)[0], inputs: message.texts(1), outputs: message.texts(2),
      integers: integers, numbers: numbers, texts: texts, lists: lists)
  }

  private static func tensor(_ message: ProtobufReader) throws -> Tensor {
    let type = message.integers(2)[0], bytes = message.bytes(9)[0], shape = message.integers(1)
    let values: [Double] = bytes.withUnsafeBytes { raw in
      type == 1
        ? (0..<bytes.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
        : (0..<bytes.count / 8).map { Double(raw.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
    }
    guard [1, 7].contains(type), values.count == shape.reduce(1, *) else {
      throw ProtobufReader.Failure(reason: "\(bytes.count) bytes of type \(type) for \(shape)")
    }
    return Tensor(type: type, shape: shape, values: values)
  }

  private static func info(_ message: ProtobufReader) throws -> Info {
    let tensor = try message.messages(2)[0].messages(1)[0]
    let shape = try tensor.messages(2)[0].messages(1).map { dimension in
      dimension.integers(1).first.map(String.init) ?? dimension.texts(2)[0]
    }
    return Info(name: message.texts(1)[0], type: tensor.integers(1)[0], shape: shape)
  }
}
