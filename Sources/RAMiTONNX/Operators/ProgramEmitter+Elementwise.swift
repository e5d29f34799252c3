import RAMiTAutograd

extension ProgramEmitter {
  func unary(_ operation: UnaryOperation, _ node: GraphProgram.Node) {
    let operand = node.operands[0], form = ownForm(operand)
    set(node.result, form, unary(operation, name(operand, form)))
  }

  /// The operators that compute a function of each element.
  private func unary(_ operation: UnaryOperation, _ x: String) -> String {
    func op(_ type: String, _ inputs: [String], _ attributes: [ONNXAttribute] = []) -> String {
      builder.add(type, inputs, attributes)
    }
    func with(_ type: String, _ number: Float) -> String { op(type, [x, builder.number(number)]) }
    func bound(_ number: Float) -> String { number.isInfinite ? "" : builder.number(number) }
    switch operation {
    case .relu: return op("Relu", [x])
    case .relu6: return op("Clip", [x, builder.number(0), builder.number(6)])
    case .leakyReLU(let slope): return op("LeakyRelu", [x], [ONNXAttribute("alpha", slope)])
    case .elu(let alpha): return op("Elu", [x], [ONNXAttribute("alpha", alpha)])
    case .gelu:
      // In the order in which ONNX Runtime finds it and computes it as one.
      let error = op("Erf", [with("Div", Float(2).squareRoot())])
      return op("Mul", [op("Mul", [x, op("Add", [error, builder.number(1)])]), builder.number(0.5)])
    case .tanhGELU:
      let cube = op("Mul", [op("Mul", [op("Mul", [x, x]), x]), builder.number(0.044715)])
      let inner = op("Mul", [op("Add", [x, cube]), builder.number((2 / Float.pi).squareRoot())])
      let gate = op("Add", [op("Tanh", [inner]), builder.number(1)])
      return op("Mul", [op("Mul", [x, builder.number(0.5)]), gate])
    case .silu: return op("Mul", [x, op("Sigmoid", [x])])
    case .softplus: return op("Softplus", [x])
    case .mish: return op("Mul", [x, op("Tanh", [op("Softplus", [x])])])
    case .hardsigmoid:
      return op("HardSigmoid", [x], [ONNXAttribute("alpha", Float(1) / 6), ONNXAttribute("beta", 0.5)])
    case .hardswish: return op("HardSwish", [x])
    case .exp: return op("Exp", [x])
    case .log: return op("Log", [x])
    case .log1p: return op("Log", [with("Add", 1)])
    case .sqrt: return op("Sqrt", [x])
    case .rsqrt: return op("Reciprocal", [op("Sqrt", [x])])
    case .reciprocal: return op("Reciprocal", [x])
    case .square: return op("Mul", [x, x])
    case .pow(let exponent): return with("Pow", exponent)
    case .abs: return op("Abs", [x])
    case .sign: return op("Sign", [x])
    case .sin: return op("Sin", [x])
    case .cos: return op("Cos", [x])
    case .tanh: return op("Tanh", [x])
    case .sigmoid: return op("Sigmoid", [x])
    case .erf: return op("Erf", [x])
    case .clamp(let lower, let upper): return op("Clip", [x, bound(lower), bound(upper)])
    case .negative: return op("Neg", [x])
    case .adding(let number): return with("Add", number)
    case .multiplying(let number): return with("Mul", number)
    case .dividing(let number): return with("Div", number)
    case .subtracting(let number): return op("Sub", [builder.number(number), x])
    case .quotient(let number): return op("Div", [builder.number(number), x])
    }
  }

  func binary(_ operation: BinaryOperation, _ node: GraphProgram.Node) {
    let (names, form) = broadcast(node.operands, to: node.result)
    let type =
      switch operation {
      case .add: "Add"
      case .subtract: "Sub"
      case .multiply: "Mul"
      case .divide: "Div"
      case .maximum: "Max"
      case .minimum: "Min"
      case .prelu: "PRelu"
      case .power: "Pow"
      }
    set(node.result, form, builder.add(type, names))
  }

  /// ONNX's comparisons give truth values; the program has 1 and 0.
  func comparison(_ operation: ComparisonOperation, _ node: GraphProgram.Node) {
    let (names, form) = broadcast(node.operands, to: node.result)
    func result(_ type: String, negated: Bool = false) -> String {
      let truth = builder.add(type, names)
      return number(negated ? builder.add("Not", [truth]) : truth)
    }
    let name =
      switch operation {
      case .greater: result("Greater")
      case .greaterOrEqual: result("GreaterOrEqual")
      case .less: result("Less")
      case .lessOrEqual: result("LessOrEqual")
      case .equal: result("Equal")
      case .notEqual: result("Equal", negated: true)
      }
    set(node.result, form, name)
  }

  func choice(_ node: GraphProgram.Node) {
    let (names, form) = broadcast(node.operands, to: node.result)
    let truth = builder.add("Cast", [names[0]], [ONNXAttribute("to", ONNXElementType.bool.rawValue)])
    set(node.result, form, builder.add("Where", [truth, names[1], names[2]]))
  }

  private func number(_ truth: String) -> String {
    builder.add("Cast", [truth], [ONNXAttribute("to", ONNXElementType.float32.rawValue)])
  }

  func scaleAndShift(_ node: GraphProgram.Node, scale: [Float], shift: [Float]) {
    let operand = node.operands[0], form = ownForm(operand)
    /// A number for each channel, or one where all are the same.
    func perChannel(_ numbers: [Float]) -> String {
      if Set(numbers).count == 1 { return builder.number(numbers[0]) }
      return builder.numbers(numbers, shape: form == .channelsFirst ? [1, numbers.count, 1, 1] : [numbers.count])
    }
    var result = name(operand, form)
    if scale.contains(where: { $0 != 1 }) { result = builder.add("Mul", [result, perChannel(scale)]) }
    if shift.contains(where: { $0 != 0 }) { result = builder.add("Add", [result, perChannel(shift)]) }
    set(node.result, form, result)
  }
}
