import RAMiTAutograd
import RAMiTTensorCore

/// Which of a weight's fans its initial values follow: those of the forward pass, or of the backward pass.
public enum FanMode: Sendable {
  case fanIn, fanOut
}

/// The nonlinearity behind a layer, which decides how large its initial weights are (PyTorch's `calculate_gain`).
public enum Nonlinearity: Sendable {
  case linear, sigmoid, tanh, relu, selu
  case leakyReLU(slope: Double)

  /// The factor over a variance of 1 / fan.
  public var gain: Double {
    switch self {
    case .linear, .sigmoid: 1
    case .tanh: 5.0 / 3
    case .relu: 2.0.squareRoot()
    case .selu: 0.75
    case .leakyReLU(let slope): (2 / (1 + slope * slope)).squareRoot()
    }
  }
}

extension Initializer.Context {
  /// The inputs of each output and the outputs of each input, with the taps of a kernel, as PyTorch counts them: by the
  /// second and the first axis of the file's shape.
  /// - Precondition: there are two axes or more.
  public var fans: (fanIn: Int, fanOut: Int) {
    require(fileShape.rank >= 2, "a tensor of \(fileShape) has no fans")
    let taps = (2..<fileShape.rank).reduce(1) { $0 * fileShape[$1] }
    return (fileShape[1] * taps, fileShape[0] * taps)
  }

  fileprivate func fan(_ mode: FanMode) -> Double {
    Double(mode == .fanIn ? fans.fanIn : fans.fanOut)
  }
}

extension Initializer {
  /// Uniform, so that activations keep their variance (He et al., Delving Deep into Rectifiers, 2015); PyTorch's
  /// `kaiming_uniform_`.
  /// - Precondition: the parameter has two axes or more.
  public static func kaimingUniform(
    _ mode: FanMode = .fanIn, _ nonlinearity: Nonlinearity = .leakyReLU(slope: 0)
  ) -> Initializer {
    Initializer { context in
      let bound = Float(nonlinearity.gain * (3 / context.fan(mode)).squareRoot())
      return Initializer.uniform(within: bound).draw(&context)
    }
  }

  /// Normal values of the same variance; PyTorch's `kaiming_normal_`.
  /// - Precondition: the parameter has two axes or more.
  public static func kaimingNormal(
    _ mode: FanMode = .fanIn, _ nonlinearity: Nonlinearity = .leakyReLU(slope: 0)
  ) -> Initializer {
    Initializer { context in
      let deviation = Float(nonlinearity.gain / context.fan(mode).squareRoot())
      return Initializer.normal(standardDeviation: deviation).draw(&context)
    }
  }

  /// Uniform, a compromise between both fans (Glorot and Bengio, Understanding the difficulty of training deep
  /// feedforward neural networks, 2010); PyTorch's `xavier_uniform_`.
  /// - Precondition: the parameter has two axes or more.
  public static func xavierUniform(gain: Double = 1) -> Initializer {
    Initializer { context in
      let bound = Float(gain * (6 / Double(context.fans.fanIn + context.fans.fanOut)).squareRoot())
      return Initializer.uniform(within: bound).draw(&context)
    }
  }

  /// Normal values of the same variance; PyTorch's `xavier_normal_`.
  /// - Precondition: the parameter has two axes or more.
  public static func xavierNormal(gain: Double = 1) -> Initializer {
    Initializer { context in
      let deviation = Float(gain * (2 / Double(context.fans.fanIn + context.fans.fanOut)).squareRoot())
      return Initializer.normal(standardDeviation: deviation).draw(&context)
    }
  }

  /// Orthonormal rows or, where there are more rows than columns, orthonormal columns, times `gain`; a row is what
  /// belongs to one index of the file's first axis (Saxe et al., Exact solutions to the nonlinear dynamics of learning
  /// in deep linear neural networks, 2014). It is PyTorch's `orthogonal_`: the Q of a QR decomposition of normal values
  /// whose R has a positive diagonal. Without LAPACKE it ends the program with a line that says so.
  /// - Precondition: the parameter has two axes or more.
  public static func orthogonal(gain: Double = 1) -> Initializer {
    Initializer(isInFileOrder: true) { context in
      let normal = Tensor(Initializer.normal().draw(&context), context.fileShape)
      do {
        return try Linalg.orthogonal(normal).array.map { Float(gain) * $0 }
      } catch {
        fatalError("an orthogonal initialisation: \(error)")
      }
    }
  }
}
