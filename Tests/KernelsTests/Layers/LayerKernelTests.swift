import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Layers that go through a tile of rows at once, against the same layers one after the other.
@Suite(.guardedMemory) struct LayerKernelTests {
  /// A weight and a bias, as the twin and as the kernel read them.
  final class Layer {
    let weight, bias: DoubleTensor
    private let weights, biases, memory: GuardedBuffer
    let kernel: PointwiseWeight

    init(_ name: String, _ inputs: Int, to outputs: Int, groups: Int = 1) {
      let each = inputs / groups
      weight = random(name, [outputs, each], spread: 1 / Double(each).squareRoot())
      bias = random(name + " bias", [outputs], spread: 0.5)
      (weights, biases) = (GuardedBuffer(weight), GuardedBuffer(bias))
      memory = GuardedBuffer(unwritten: PointwiseWeight.count(inputs: inputs, outputs: outputs))
      kernel = PointwiseWeight(
        weights.pointer, bias: biases.pointer, inputs: inputs, outputs: outputs, groups: groups,
        memory: memory.pointer)
    }

    var parameters: [DoubleTensor] { [weight, bias] }
  }

  final class Norm {
    let weight, bias: DoubleTensor
    private let weights, biases: GuardedBuffer
    let kernel: LayerNorm

    init(_ name: String, channels: Int) {
      weight = random(name, [channels], spread: 0.5, centre: 1)
      bias = random(name + " bias", [channels])
      (weights, biases) = (GuardedBuffer(weight), GuardedBuffer(bias))
      kernel = LayerNorm(channels: channels, weight: weights.pointer, bias: biases.pointer)
    }

    var parameters: [DoubleTensor] { [weight, bias] }
  }

  /// Rows, and channels in and out. More rows than a tile are checked forward, few of them backward.
  struct Size: Sendable, CustomTestStringConvertible {
    let rows, inputs, outputs: Int
    var testDescription: String { "\(rows) x \(inputs) to \(outputs)" }
  }

  static let sizes = [(1, 1, 1), (5, 3, 7), (9, 20, 16), (131, 4, 5)].map(Size.init)

  /// Runs a kernel forward and backward beside its twin.
  /// - Parameter parameters: in the order of the kernel's sums.
  private func check(
    _ x: DoubleTensor, _ parameters: [DoubleTensor], comment: Comment,
    twin: (_ x: DoubleTensor, _ parameters: [DoubleTensor]) -> DoubleTensor,
    forward: (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) -> Void,
    backward: (
      _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
      _ dx: UnsafeMutablePointer<Float>, _ accumulate: Bool, SumsMemory
    ) -> Void
  ) {
    let expected = twin(x, parameters), dy = random("dy", expected.shape)
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy)), y = GuardedBuffer(unwritten: expected.values.count)
    forward(input.pointer, y.pointer)
    y.expect(expected.values, comment)
    let wanted = gradients(of: { twin($0[0], Array($0[1...])) }, at: [x] + parameters, seed: dy)
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: x.values.count, accumulate: accumulate)
      let sums = SumsMemory(parameters.reduce(0) { $0 + $1.values.count })
      backward(input.pointer, y.pointer, gradient.pointer, dx.pointer, accumulate, sums)
      dx.expect(wanted[0], within: 2e-5, comment)
      sums.expect(wanted[1...].flatMap { $0 }, within: 2e-5, comment)
    }
  }

  /// Two choices, in every combination.
  static let choices = [(false, false), (true, false), (false, true), (true, true)]

  @Test(arguments: sizes, choices) func linear(_ size: Size, with: (norm: Bool, residual: Bool)) {
    let (hasNorm, addsResidual) = with, (rows, c, o) = (size.rows, size.inputs, size.outputs),
      layer = Layer("layer", c, to: o)
    let norm = hasNorm && c > 1 ? Norm("norm", channels: c) : nil, first = norm == nil ? 0 : 2
    let residual = random("residual", [rows, o]), added = GuardedBuffer(residual)
    let kernel = LinearKernel(norm: norm?.kernel, layer: layer.kernel), pieces = LinearKernel.pieces(rows: rows)
    func memory() -> WorkMemory { WorkMemory(scratch: kernel.scratchCount, pieces: pieces) }
    check(
      random("x", [rows, c]), (norm?.parameters ?? []) + layer.parameters, comment: "linear"
    ) { x, p in
      let m = norm == nil ? x : Twin.layerNorm(x, weight: p[0], bias: p[1])
      let y = Twin.pointwise(m, weight: p[first], bias: p[first + 1])
      return addsResidual ? y + residual : y
    } forward: {
      let memory = memory()
      kernel.forward(
        rows: rows, $0, residual: addsResidual ? added.pointer : nil, into: $1, scratch: memory.scratch)
    } backward: { x, _, dy, dx, accumulate, sums in
      let memory = memory()
      kernel.backward(
        rows: rows, x, dy: dy, dx: dx, accumulate: accumulate, scratch: memory.scratch, sums: sums.sums)
    }
  }

  @Test(arguments: sizes, choices) func mlp(_ size: Size, with: (norm: Bool, sum: Bool)) {
    let (hasNorm, addsInput) = with, (rows, c, hidden) = (size.rows, size.inputs, size.outputs),
      o = addsInput ? c : c + 2
    let first = Layer("hidden", c, to: hidden), second = Layer("out", hidden, to: o)
    let norm = hasNorm && c > 1 ? Norm("norm", channels: c) : nil, start = norm == nil ? 0 : 2
    let kernel = MLPKernel(
      norm: norm?.kernel, hidden: first.kernel, out: second.kernel, activation: .gelu, addsInput: addsInput)
    let pieces = MLPKernel.pieces(rows: rows)
    func memory() -> WorkMemory { WorkMemory(scratch: kernel.scratchCount, pieces: pieces) }
    check(
      random("x", [rows, c]), (norm?.parameters ?? []) + first.parameters + second.parameters, comment: "MLP"
    ) { x, p in
      let m = norm == nil ? x : Twin.layerNorm(x, weight: p[0], bias: p[1])
      let y = Twin.mlp(
        m, hidden: Twin.Pointwise(p[start], p[start + 1]), out: Twin.Pointwise(p[start + 2], p[start + 3]), .gelu)
      return addsInput ? y + x : y
    } forward: {
      let memory = memory()
      kernel.forward(rows: rows, $0, into: $1, scratch: memory.scratch)
    } backward: { x, _, dy, dx, accumulate, sums in
      let memory = memory()
      kernel.backward(
        rows: rows, x, dy: dy, dx: dx, accumulate: accumulate, scratch: memory.scratch, sums: sums.sums)
    }
  }

  @Test(arguments: sizes.dropFirst(), choices) func feedForward(_ size: Size, with: (branch: Bool, saved: Bool)) {
    let (hasBranch, saves) = with, (rows, c, hidden) = (size.rows, size.inputs, size.outputs), count = rows * c
    let first = Layer("hidden", c, to: hidden), second = Layer("out", hidden, to: c), norm = Norm("norm", channels: c)
    let branchNorm = hasBranch ? Norm("branch norm", channels: c) : nil
    let branch = random("branch", [rows, c]), branches = GuardedBuffer(branch)
    let kernel = FeedForward(
      branchNorm: branchNorm?.kernel, hidden: first.kernel, out: second.kernel, norm: norm.kernel)
    let pieces = FeedForward.pieces(rows: rows)
    let saved = saves ? GuardedBuffer(unwritten: kernel.savedCount(rows: rows)) : nil
    func memory() -> WorkMemory { WorkMemory(scratch: kernel.scratchCount, pieces: pieces) }
    func input(_ x: UnsafePointer<Float>) -> FeedForward.Input {
      FeedForward.Input(x: x, branch: hasBranch ? UnsafePointer(branches.pointer) : nil)
    }
    let parameters = (branchNorm?.parameters ?? []) + first.parameters + second.parameters + norm.parameters
    func twin(_ x: DoubleTensor, _ branch: DoubleTensor, _ p: [DoubleTensor]) -> DoubleTensor {
      let m = hasBranch ? x + Twin.layerNorm(branch, weight: p[0], bias: p[1]) : x, p = Array(p.suffix(6))
      let y = Twin.mlp(m, hidden: Twin.Pointwise(p[0], p[1]), out: Twin.Pointwise(p[2], p[3]), .gelu)
      return m + Twin.layerNorm(y, weight: p[4], bias: p[5])
    }
    let x = random("x", [rows, c]), dy = random("dy", [rows, c])
    let branchGradient = gradients(of: { twin(x, $0[0], parameters) }, at: [branch], seed: dy)[0]
    check(x, parameters, comment: "feed-forward") {
      twin($0, branch, $1)
    } forward: {
      let memory = memory()
      kernel.forward(rows: rows, input($0), $1, saved: saved?.pointer, scratch: memory.scratch)
    } backward: { x, _, dy, dx, accumulate, sums in
      let memory = memory(), dBranch = GuardedBuffer(result: count, accumulate: !accumulate)
      kernel.backward(
        rows: rows, input(x), saved: saved?.pointer, dy: dy,
        gradients: [(dx, accumulate)] + (hasBranch ? [(dBranch.pointer, !accumulate)] : []), scratch: memory.scratch,
        sums: sums.sums)
      if hasBranch { dBranch.expect(branchGradient, within: 2e-5) }
    }
  }

  @Test(arguments: [(1, 1, 1, 5, 3), (2, 3, 4, 12, 7), (1, 13, 11, 7, 20)], [0, 1, 2])
  func shiftedLinear(map: (images: Int, height: Int, width: Int, inputs: Int, outputs: Int), kind: Int) {
    let (rectifies, addsResidual) = (kind == 1, kind == 2), layer = Layer("layer", map.inputs, to: map.outputs)
    let shape = [map.images, map.height, map.width]
    let residual = random("residual", shape + [map.outputs]), added = GuardedBuffer(residual)
    let kernel = ShiftedLinearKernel(
      map: MapSize(images: map.images, height: map.height, width: map.width), layer: layer.kernel,
      rectifies: rectifies)
    func memory() -> WorkMemory { WorkMemory(scratch: kernel.scratchCount, pieces: kernel.pieces) }
    check(random("x", shape + [map.inputs]), layer.parameters, comment: "shifted linear") { x, p in
      let y = Twin.shiftConv2d(x, weight: p[0], bias: p[1])
      return rectifies ? Twin.activate(y, .relu) : addsResidual ? y + residual : y
    } forward: {
      let memory = memory()
      kernel.forward($0, residual: addsResidual ? added.pointer : nil, into: $1, scratch: memory.scratch)
    } backward: { x, y, dy, dx, accumulate, sums in
      let memory = memory()
      kernel.backward(
        x, y: rectifies ? y : nil, dy: dy, dx: dx, accumulate: accumulate, scratch: memory.scratch, sums: sums.sums)
    }
  }

  /// Version 1 without an expansion, version 2 with one; maps side by side, some of them coarser.
  struct Mobi: Sendable, CustomTestStringConvertible {
    let images, height, width: Int
    var parts: [(channels: Int, factor: Int)]
    let outputs: Int
    var expanded: Int?
    var groups = 1
    var testDescription: String {
      "\(images) x \(height) x \(width), \(parts) to \(outputs), expanded \(expanded ?? 0)"
    }
  }

  static let mobiCases = [
    Mobi(images: 1, height: 1, width: 1, parts: [(3, 1)], outputs: 3),
    Mobi(images: 2, height: 3, width: 4, parts: [(5, 1)], outputs: 3),
    Mobi(images: 1, height: 5, width: 3, parts: [(6, 1)], outputs: 6, expanded: 9, groups: 3),
    Mobi(images: 1, height: 34, width: 1, parts: [(2, 1)], outputs: 2, expanded: 3),
    Mobi(images: 1, height: 2, width: 131, parts: [(2, 1)], outputs: 2, expanded: 3),
    Mobi(images: 2, height: 4, width: 4, parts: [(2, 1), (1, 2), (1, 4)], outputs: 4, expanded: 18),
    Mobi(images: 2, height: 8, width: 4, parts: [(5, 1), (8, 2), (4, 4)], outputs: 3, expanded: 20),
    Mobi(images: 1, height: 4, width: 8, parts: [(4, 4), (4, 2)], outputs: 8, expanded: 12),
  ]

  @Test(arguments: [(1, 1, 1, 3), (2, 5, 7, 20), (1, 3, 131, 5)])
  func mixedFeedForward(map: (images: Int, height: Int, width: Int, channels: Int)) {
    let c = map.channels, e = c + 2, shape = [map.images, map.height, map.width, c], count = shape.reduce(1, *)
    let expand = Layer("expand", c, to: e), pointwise = Layer("pointwise", e, to: c)
    let weight = random("depthwise", [3, 3, e], spread: 0.4), bias = random("depthwise bias", [e], spread: 0.3)
    let (weights, biases) = (GuardedBuffer(weight), GuardedBuffer(bias))
    let depthwise = GuardedBuffer(unwritten: DepthwiseWeight.count(channels: e))
    let hidden = Layer("hidden", c, to: 2 * c), out = Layer("out", 2 * c, to: c)
    let (branchNorm, norm) = (Norm("branch norm", channels: c), Norm("norm", channels: c))
    let kernel = MixedFeedForward(
      mix: MobiVari(
        input: JoinedMaps(
          [JoinedMaps.Part(channels: c, factor: 1)],
          size: MapSize(images: map.images, height: map.height, width: map.width)),
        activation: .leakyReLU, expand: expand.kernel,
        depthwise: DepthwiseWeight(
          weights.pointer, bias: biases.pointer, channels: e, addsInput: true, memory: depthwise.pointer),
        pointwise: pointwise.kernel),
      feedForward: FeedForward(
        branchNorm: branchNorm.kernel, hidden: hidden.kernel, out: out.kernel, norm: norm.kernel))
    let heads = random("heads", shape), x = random("x", shape)
    let mixed = Twin.mobiVari(
      heads, expand: Twin.Pointwise(expand.weight, expand.bias), depthwiseWeight: weight, depthwiseBias: bias,
      pointwise: Twin.Pointwise(pointwise.weight, pointwise.bias), activation: .leakyReLU)
    let m = x + Twin.layerNorm(mixed, weight: branchNorm.weight, bias: branchNorm.bias)
    let layers = Twin.mlp(
      m, hidden: Twin.Pointwise(hidden.weight, hidden.bias), out: Twin.Pointwise(out.weight, out.bias), .gelu)
    let expected = m + Twin.layerNorm(layers, weight: norm.weight, bias: norm.bias)
    let inputs = (GuardedBuffer(heads), GuardedBuffer(x)), y = GuardedBuffer(unwritten: count)
    let memory = WorkMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
    kernel.forward([UnsafePointer(inputs.0.pointer)], x: inputs.1.pointer, y.pointer, scratch: memory.scratch)
    y.expect(expected.values)
    // In place.
    kernel.forward([UnsafePointer(inputs.0.pointer)], x: inputs.1.pointer, inputs.1.pointer, scratch: memory.scratch)
    inputs.1.expect(expected.values)
  }

  @Test(arguments: mobiCases, [Activation.leakyReLU, .gelu]) func mobiVari(_ size: Mobi, activation: Activation) {
    let channels = size.parts.reduce(0) { $0 + $1.channels }, e = size.expanded ?? channels
    let expand = size.expanded.map { Layer("expand", channels, to: $0, groups: size.groups) }
    let pointwise = Layer("pointwise", e, to: size.outputs)
    let weight = random("depthwise", [3, 3, e], spread: 0.4), bias = random("depthwise bias", [e], spread: 0.3)
    let (weights, biases) = (GuardedBuffer(weight), GuardedBuffer(bias))
    let depthwise = GuardedBuffer(unwritten: DepthwiseWeight.count(channels: e))
    let map = MapSize(images: size.images, height: size.height, width: size.width)
    let kernel = MobiVari(
      input: JoinedMaps(size.parts.map { JoinedMaps.Part(channels: $0.channels, factor: $0.factor) }, size: map),
      activation: activation, expand: expand?.kernel,
      depthwise: DepthwiseWeight(
        weights.pointer, bias: biases.pointer, channels: e, addsInput: expand != nil, memory: depthwise.pointer),
      pointwise: pointwise.kernel)
    let maps = size.parts.enumerated().map { index, part in
      random(
        "x\(index)",
        [size.images, size.height / part.factor, size.width / part.factor, part.channels * part.factor * part.factor])
    }
    let parameters = (expand?.parameters ?? []) + [weight, bias] + pointwise.parameters
    func twin(_ v: [DoubleTensor]) -> DoubleTensor {
      let x = Twin.concatenate(zip(v, size.parts).map { Twin.pixelShuffle($0, $1.factor) }), p = Array(v.suffix(4))
      let first = size.parts.count
      return Twin.mobiVari(
        x, expand: expand == nil ? nil : Twin.Pointwise(v[first], v[first + 1], groups: size.groups),
        depthwiseWeight: p[0], depthwiseBias: p[1], pointwise: Twin.Pointwise(p[2], p[3]), activation: activation)
    }
    let expected = twin(maps + parameters), dy = random("dy", expected.shape)
    let inputs = maps.map { GuardedBuffer($0) }, pointers = inputs.map { UnsafePointer($0.pointer) }
    let y = GuardedBuffer(unwritten: expected.values.count), gradient = GuardedBuffer(dy)
    let forwardMemory = WorkMemory(scratch: kernel.forwardScratchCount, pieces: kernel.forwardPieces)
    kernel.forward(pointers, y.pointer, scratch: forwardMemory.scratch)
    y.expect(expected.values)
    let wanted = gradients(of: twin, at: maps + parameters, seed: dy)
    for accumulate in [false, true] {
      let dx = maps.map { GuardedBuffer(result: $0.values.count, accumulate: accumulate) }
      let memory = WorkMemory(scratch: kernel.backwardScratchCount, pieces: kernel.backwardPieces)
      let sums = SumsMemory(kernel.gradientCount)
      kernel.backward(
        pointers, dy: gradient.pointer, dx: dx.map { ($0.pointer, accumulate) }, scratch: memory.scratch,
        sums: sums.sums)
      for (dx, wanted) in zip(dx, wanted) { dx.expect(wanted, within: 2e-5) }
      sums.expect(wanted[maps.count...].flatMap { $0 }, within: 2e-5)
    }
  }
}
