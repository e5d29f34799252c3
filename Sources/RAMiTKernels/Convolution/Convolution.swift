import RAMiTParallel

/// A 2-D convolution of maps N x H x W x C with a weight [outputs x kh x kw x inputs/groups]: any kernel, stride, zero
/// padding, dilation and groups.
///
/// Kernels of 3x3 and stride 1 with many channels go by Winograd's transforms, the others by direct sums; the shapes
/// alone decide.
package struct Convolution: Sendable {
  package let geometry: ConvolutionGeometry
  let inputs: Int
  let outputs: Int
  let groups: Int

  /// - Precondition: `groups` divides both numbers of channels.
  package init(_ geometry: ConvolutionGeometry, inputs: Int, outputs: Int, groups: Int) {
    self.geometry = geometry.flattened
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
  }

  package var weightCount: Int { outputs * geometry.kernel.height * geometry.kernel.width * (inputs / groups) }

  /// The memory and the work of a pass.
  package struct Needs {
    /// Floats of the packed weight.
    package let packed: Int
    /// Floats of scratch for each worker.
    package let scratch: Int
    /// Pieces of work, which bound the workers.
    package let pieces: Int
  }

  var forwardPass: ConvolutionPass {
    ConvolutionPass(
      images: geometry.images, vertical: geometry.forwardAxis(.height), horizontal: geometry.forwardAxis(.width),
      targetHeight: geometry.output.height, targetWidth: geometry.output.width, sourceChannels: inputs,
      targetChannels: outputs, groups: groups)
  }

  /// One for each phase of the strides.
  private var gradientPasses: [ConvolutionPass] {
    geometry.gradientAxes(.height).flatMap { vertical in
      geometry.gradientAxes(.width).map { horizontal in
        ConvolutionPass(
          images: geometry.images, vertical: vertical, horizontal: horizontal, targetHeight: geometry.input.height,
          targetWidth: geometry.input.width, sourceChannels: outputs, targetChannels: inputs, groups: groups)
      }
    }
  }

  /// Of `forward`.
  package var forwardNeeds: Needs { Needs([ConvolutionMethod(forwardPass)]) }
  /// Of `inputGradient`.
  package var gradientNeeds: Needs { Needs(gradientPasses.map(ConvolutionMethod.init)) }

  /// y [N x H' x W' x outputs] from x [N x H x W x inputs]; overwrites y, or adds to it.
  /// - Parameters:
  ///   - bias: [outputs]; nil for none.
  ///   - packed, scratch: memory as `forwardNeeds` says.
  package func forward(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    _ y: UnsafeMutablePointer<Float>, accumulate: Bool = false, packed: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    ConvolutionMethod(forwardPass).run(
      x, weight: weight, kernel: geometry.kernel, transposed: false, bias: bias, y, accumulate: accumulate,
      packed: packed, scratch: scratch)
  }

  /// dx [N x H x W x inputs] from dy [N x H' x W' x outputs]; overwrites dx, or adds to it. This is the transposed
  /// convolution of dy.
  /// - Parameters:
  ///   - bias: [inputs], of a transposed convolution; nil for none.
  ///   - packed, scratch: memory as `gradientNeeds` says.
  package func inputGradient(
    dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
    _ dx: UnsafeMutablePointer<Float>, accumulate: Bool, packed: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    for pass in gradientPasses {
      ConvolutionMethod(pass).run(
        dy, weight: weight, kernel: geometry.kernel, transposed: true, bias: bias, dx, accumulate: accumulate,
        packed: packed, scratch: scratch)
    }
  }
}

/// How a pass is computed.
private enum ConvolutionMethod {
  case direct(ConvolutionPass)
  case winograd(WinogradPass)

  init(_ pass: ConvolutionPass) { self = WinogradPass(pass).map { .winograd($0) } ?? .direct(pass) }

  var needs: Convolution.Needs {
    switch self {
    case .direct(let pass):
      Convolution.Needs(packed: pass.packedCount, scratch: pass.scratchCount, pieces: pass.pieces)
    case .winograd(let pass):
      Convolution.Needs(packed: pass.packedCount, scratch: pass.scratchCount, pieces: pass.pieces)
    }
  }

  func run(
    _ source: UnsafePointer<Float>, weight: UnsafePointer<Float>, kernel: IntPair, transposed: Bool,
    bias: UnsafePointer<Float>?, _ target: UnsafeMutablePointer<Float>, accumulate: Bool,
    packed: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    switch self {
    case .direct(let pass):
      pass.pack(weight, kernel: kernel, transposed: transposed, into: packed)
      pass.run(source, packed: packed, bias: bias, target, accumulate: accumulate, scratch: scratch)
    case .winograd(let pass):
      pass.pack(weight, transposed: transposed, into: packed)
      pass.run(source, packed: packed, bias: bias, target, accumulate: accumulate, scratch: scratch)
    }
  }
}

extension Convolution.Needs {
  fileprivate init(_ methods: [ConvolutionMethod]) {
    let needs = methods.map { $0.needs }
    packed = needs.reduce(0) { max($0, $1.packed) }
    scratch = needs.reduce(0) { max($0, $1.scratch) }
    pieces = needs.reduce(0) { max($0, $1.pieces) }
  }
}
