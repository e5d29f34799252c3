import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// Writes a program's operations as ONNX operators.
///
/// Feature maps are N x H x W x C in the program; ONNX's convolutions take N x C x H x W. So a value may exist in
/// several forms, each made when it is first asked for, and operations that can work on either take the one that is
/// there.
final class ProgramEmitter {
  /// How a value lies in the graph.
  enum Form: Hashable {
    /// As in the program.
    case memory
    /// A map N x H x W x C as N x C x H x W, and a kernel O x kh x kw x I as O x I x kh x kw.
    case channelsFirst
    /// A matrix O x I as I x O.
    case transposed
    /// A matrix O x I as the kernel O x I x 1 x 1.
    case pointwise
    /// A depth-wise kernel kh x kw x C as C x 1 x kh x kw.
    case depthwise
  }

  let program: GraphProgram
  let builder: GraphBuilder
  let sizes: SizeEmitter
  private let tensors: ModelTensors
  /// The forms in which a value exists, the first one first.
  private var forms: [Int: [(form: Form, name: String)]] = [:]

  /// - Parameters:
  ///   - input: the name of the input, N x C x H x W.
  ///   - tensors: those of the model that have names.
  init(
    _ program: GraphProgram, _ builder: GraphBuilder, _ sizes: SizeEmitter, input: String, tensors: ModelTensors
  ) {
    (self.program, self.builder, self.sizes, self.tensors) = (program, builder, sizes, tensors)
    forms[0] = [(.channelsFirst, input)]
  }

  /// Writes all operations.
  /// - Returns: the name of the result, N x C x H x W.
  func emit() throws(GraphProgram.Refusal) -> String {
    for node in program.nodes { try emit(node) }
    return name(program.result, .channelsFirst)
  }

  // MARK: Forms

  /// A value's name in a form.
  func name(_ value: Int, _ form: Form = .memory) -> String {
    let known = existing(value)
    if let found = known.first(where: { $0.form == form }) { return found.name }
    let name = form == .memory ? inMemory(value, from: known[0]) : converted(value, to: form)
    forms[value]!.append((form, name))
    return name
  }

  /// The form in which a value was made.
  func native(_ value: Int) -> Form { existing(value)[0].form }

  /// Notes the name of an operation's result.
  func set(_ value: Int, _ form: Form, _ name: String) { forms[value] = [(form, name)] }

  private func existing(_ value: Int) -> [(form: Form, name: String)] {
    if let known = forms[value] { return known }
    guard case .constant(let tensor) = program.values[value].origin else {
      fatalError("a value is used before it is computed")
    }
    let made = [tensors.emit(tensor, into: builder)]
    forms[value] = made
    return made
  }

  private func inMemory(_ value: Int, from other: (form: Form, name: String)) -> String {
    let shape = program.values[value].shape
    switch other.form {
    case .memory: return other.name
    case .channelsFirst: return transpose(other.name, [0, 2, 3, 1])
    case .transposed: return transpose(other.name, [1, 0])
    case .pointwise: return builder.add("Reshape", [other.name, sizes.vector(shape)])
    case .depthwise:
      return builder.add("Reshape", [transpose(other.name, [2, 3, 1, 0]), sizes.vector(shape)])
    }
  }

  private func converted(_ value: Int, to form: Form) -> String {
    let memory = name(value), shape = program.values[value].shape, one = SizeExpression(1)
    switch form {
    case .memory: return memory
    case .channelsFirst: return transpose(memory, [0, 3, 1, 2])
    case .transposed: return transpose(memory, [1, 0])
    case .pointwise: return builder.add("Reshape", [memory, sizes.vector(shape + [one, one])])
    case .depthwise:
      let kernels = [shape[2], one, shape[0], shape[1]]
      return builder.add("Reshape", [transpose(memory, [2, 0, 1]), sizes.vector(kernels)])
    }
  }

  func transpose(_ name: String, _ axes: [Int]) -> String {
    builder.add("Transpose", [name], [ONNXAttribute("perm", axes)])
  }

  /// Where an axis of the program's value lies in a form.
  func axis(_ axis: Int, in form: Form) -> Int { form == .channelsFirst ? [0, 2, 3, 1][axis] : axis }

  /// The form of a feature map, or of any other value, that an operation on whole axes can take as it is.
  func ownForm(_ value: Int) -> Form {
    program.values[value].rank == 4 && native(value) == .channelsFirst ? .channelsFirst : .memory
  }

  /// The names of operands that are broadcast to a result, and the form of the result.
  func broadcast(_ operands: [Int], to result: Int) -> (names: [String], form: Form) {
    let shape = program.values[result].shape
    let leading =
      operands.first { program.values[$0].shape == shape }
      ?? operands.first {
        program.values[$0].rank == 4
      }
    guard shape.count == 4, let leading, native(leading) == .channelsFirst else {
      return (operands.map { name($0) }, .memory)
    }
    return (operands.map(channelsFirst), .channelsFirst)
  }

  /// An operand of lower rank that goes with a map N x C x H x W.
  private func channelsFirst(_ operand: Int) -> String {
    let shape = program.values[operand].shape, one = SizeExpression(1)
    if shape.count == 4 { return name(operand, .channelsFirst) }
    if shape.allSatisfy({ $0.constant == 1 }) { return name(operand) }
    if shape.count == 1 { return builder.add("Reshape", [name(operand), sizes.vector([one, shape[0], one, one])]) }
    let whole = Array(repeating: one, count: 4 - shape.count) + shape
    return transpose(builder.add("Reshape", [name(operand), sizes.vector(whole)]), [0, 3, 1, 2])
  }
}

/// The tensors of a model that have names: each is written under its name in weight files, and in their layout.
struct ModelTensors {
  private enum Named {
    case parameter(Parameter)
    case buffer(Buffer)
  }

  /// A tensor's place in memory, which tells it from all others.
  private struct Place: Hashable {
    let owner: ObjectIdentifier
    let position: Int
    let shape: Shape

    init(_ tensor: Tensor) {
      (owner, position, shape) = (ObjectIdentifier(tensor.owner), tensor.position, tensor.shape)
    }
  }

  private let named: [Place: Named]

  init(_ store: ParameterStore) {
    let parameters = store.parameters.map { (Place($0.value), Named.parameter($0)) }
    let buffers = store.buffers.map { (Place($0.value), Named.buffer($0)) }
    named = Dictionary(parameters + buffers) { first, _ in first }
  }

  /// Adds a constant to the graph.
  func emit(_ tensor: Tensor, into builder: GraphBuilder) -> (form: ProgramEmitter.Form, name: String) {
    switch named[Place(tensor)] {
    case .parameter(let parameter):
      let file = parameter.exported
      let name = builder.parameter(parameter.name, file.array, shape: file.shape.dimensions)
      switch parameter.layout {
      case .plain: return (.memory, name)
      case .pointwise: return (.pointwise, name)
      case .convolution: return (.channelsFirst, name)
      case .depthwise: return (.depthwise, name)
      }
    case .buffer(let buffer):
      return (.memory, builder.parameter(buffer.name, buffer.value.array, shape: buffer.value.shape.dimensions))
    case nil:
      return (.memory, builder.numbers(tensor.array, shape: tensor.shape.dimensions))
    }
  }
}
