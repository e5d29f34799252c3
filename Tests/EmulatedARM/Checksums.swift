import RAMiTKernels

// Checksums of what the kernels compute from given numbers. Built for AVX2, whose kernels are tested against sums in
// double precision, and for 64-bit ARM, it must print the same: tiles of any shape add an element's products in the
// same order, and both machines round a multiply-add once.

@main struct Checksums {
  static func main() {
    products()
    convolutions()
    for shift in [0, 4] { reciprocalAttention(shift: shift) }
    windowAttention()
    feedForward()
    mobiVari()
    functions()
  }

  private static func products() {
    for (m, n, k) in [(1, 1, 1), (5, 3, 7), (13, 33, 20), (130, 200, 300), (64, 64, 64), (270, 15, 17)] {
      for (transposesA, transposesB) in [(false, false), (true, false), (false, true), (true, true)] {
        let product = MatrixProduct(
          rows: m, columns: n, inner: k, transposesA: transposesA, transposesB: transposesB, outputs: 1)
        let c = unwritten(m * n)
        product(
          numbers(m * k, seed: 1), numbers(n * k, seed: 2), terms: [.init(a: 0, b: 0)], bias: numbers(n, seed: 3),
          into: c, accumulate: false, shared: unwritten(product.sharedCount), scratch: scratch(product.scratchCount))
        report("matrix product", c, m * n)
      }
    }
  }

  private static func convolutions() {
    let kinds = [(9, 11, 3, 17, 3, 1), (8, 8, 64, 12, 3, 1), (12, 20, 64, 64, 3, 1), (9, 7, 12, 18, 3, 3)]
    for (height, width, inputs, outputs, kernel, groups) in kinds + [(6, 30, 5, 70, 1, 1), (9, 12, 64, 3, 3, 1)] {
      let map = IntPair(height, width), pixels = 2 * height * width
      let geometry = ConvolutionGeometry(
        images: 2, input: map, output: map, kernel: IntPair(kernel), stride: IntPair(1), padding: IntPair(kernel / 2),
        dilation: IntPair(1))
      let convolution = Convolution(geometry, inputs: inputs, outputs: outputs, groups: groups)
      let weightCount = outputs * kernel * kernel * inputs / groups, weight = numbers(weightCount, seed: 5)
      let x = numbers(pixels * inputs, seed: 4), dy = numbers(pixels * outputs, seed: 6)
      let y = unwritten(pixels * outputs), dx = unwritten(pixels * inputs)
      let needs = convolution.forwardNeeds, gradientNeeds = convolution.gradientNeeds
      convolution.forward(
        x, weight: weight, bias: numbers(outputs, seed: 7), y, accumulate: false, packed: unwritten(needs.packed),
        scratch: scratch(needs.scratch))
      report("convolution", y, pixels * outputs)
      convolution.inputGradient(
        dy: dy, weight: weight, bias: nil, dx, accumulate: false, packed: unwritten(gradientNeeds.packed),
        scratch: scratch(gradientNeeds.scratch))
      report("convolution's gradient of x", dx, pixels * inputs)
      let sums = unwritten(convolution.weightGradientSumsCount)
      convolution.weightGradient(x, dy: dy, sums: sums, scratch: scratch(convolution.weightGradientScratchCount))
      report("convolution's gradient of the weight", sums, weightCount)
    }
  }

  private static func reciprocalAttention(shift: Int) {
    let (height, width, channels, headDim, spatial) = (16, 24, 64, 16, 3), pixels = height * width
    let position = RelativePosition(window: 8, heads: spatial), bias = unwritten(position.count)
    position.expand(numbers(15 * 15 * spatial, seed: 8), into: bias)
    let kernel = ReciprocalAttention(
      images: 1, height: height, width: width, spatialHeads: spatial, channelHeads: 1, headDim: headDim, window: 8,
      shift: shift,
      weights: .init(
        qkv: layer(channels, to: 3 * channels, seed: 9), spatialProjection: layer(48, to: 48, seed: 11),
        channelProjection: (
          UnsafePointer(numbers(headDim * headDim, seed: 13)), UnsafePointer(numbers(headDim, seed: 14))
        ),
        spatialScale: numbers(spatial, seed: 15, spread: 0.1, centre: 10),
        channelScale: numbers(1, seed: 16, spread: 0.1, centre: 1), positionBias: bias))
    let count = pixels * channels, x = numbers(count, seed: 17), previous = numbers(count, seed: 18)
    let y = unwritten(count), values = unwritten(pixels * headDim), saved = unwritten(kernel.sumsCount)
    kernel.forward(
      x, previous: previous, y, values: values, sums: saved, memory: unwritten(kernel.forwardMemoryCount),
      scratch: scratch(kernel.forwardScratchCount))
    report("reciprocal attention", y, count)
    let dx = unwritten(count), dPrevious = unwritten(count), gradients = Gradients(kernel.gradientOffsets.count)
    kernel.backward(
      x, previous: previous, dy: numbers(count, seed: 19), values: values, saved: saved, dx: dx, accumulate: false,
      dPrevious: dPrevious, accumulatePrevious: false,
      channelGradients: numbers(kernel.channelGradientCount, seed: 20), memory: unwritten(kernel.backwardMemoryCount),
      scratch: scratch(kernel.backwardScratchCount), sums: gradients.sums)
    report("reciprocal attention's gradient of x", dx, count)
    report("reciprocal attention's gradient of the previous map", dPrevious, count)
    report("reciprocal attention's gradients of the weights", gradients.pointer, gradients.count)
  }

  private static func windowAttention() {
    let (height, width, heads, headDim, window) = (16, 24, 4, 15, 8), channels = heads * headDim
    let count = height * width * channels, tokens = window * window
    let kernel = WindowAttentionKernel(
      map: MapSize(images: 1, height: height, width: width),
      windows: .init(height: window, width: window, down: 4, right: 4, masksRegions: true),
      layout: .init(
        featureChannels: 3 * channels, valueChannels: 3 * channels, resultChannels: channels, queries: 0,
        keys: channels, values: 2 * channels, result: 0, headStep: headDim),
      heads: heads, headDim: headDim, isCosine: false, dropout: nil)
    let bias = unwritten(kernel.biasCount), features = numbers(3 * count, seed: 41)
    kernel.transposeBias(numbers(heads * tokens * tokens, seed: 42), into: bias)
    let input = WindowAttentionKernel.Input(
      features: features, values: features, factors: numbers(heads, seed: 43, spread: 0.1, centre: 0.3), bias: bias)
    let y = unwritten(count), statistics = unwritten(kernel.statisticsCount), dx = unwritten(3 * count)
    kernel.forward(input, into: y, statistics: statistics, scratch: scratch(kernel.scratchCount))
    report("window attention", y, count)
    let gradients = Gradients(kernel.gradientCount(hasBias: true))
    kernel.backward(
      input, statistics: statistics, y: y, dy: numbers(count, seed: 44),
      into: .init(features: dx, values: dx, accumulatesFeatures: false, accumulatesValues: false),
      scratch: scratch(kernel.scratchCount), sums: gradients.sums)
    report("window attention's gradient of x", dx, 3 * count)
    report("window attention's gradients of bias and factors", gradients.pointer, gradients.count)
  }

  private static func feedForward() {
    let (rows, channels, hidden) = (300, 64, 128), count = rows * channels
    let kernel = FeedForward(
      branchNorm: norm(channels, seed: 21), hidden: layer(channels, to: hidden, seed: 23),
      out: layer(hidden, to: channels, seed: 25), norm: norm(channels, seed: 27))
    let input = FeedForward.Input(x: numbers(count, seed: 29), branch: numbers(count, seed: 30)), y = unwritten(count)
    kernel.forward(rows: rows, input, y, saved: nil, scratch: scratch(kernel.scratchCount))
    report("feed-forward", y, count)
    let dx = unwritten(count), dBranch = unwritten(count)
    let gradients = Gradients(2 * channels * hidden + hidden + channels + 4 * channels)
    kernel.backward(
      rows: rows, input, saved: nil, dy: numbers(count, seed: 31), gradients: [(dx, false), (dBranch, false)],
      scratch: scratch(kernel.scratchCount), sums: gradients.sums)
    report("feed-forward's gradient of x", dx, count)
    report("feed-forward's gradients of the weights", gradients.pointer, gradients.count)
  }

  private static func mobiVari() {
    let (height, width, channels, expanded) = (16, 20, 64, 77), count = height * width * channels
    let kernel = MobiVari(
      input: JoinedMaps(
        [.init(channels: channels, factor: 1)], size: MapSize(images: 1, height: height, width: width)),
      activation: .leakyReLU, expand: layer(channels, to: expanded, seed: 32),
      depthwise: DepthwiseWeight(
        numbers(9 * expanded, seed: 34), bias: numbers(expanded, seed: 35), channels: expanded, addsInput: true,
        memory: unwritten(DepthwiseWeight.count(channels: expanded))),
      pointwise: layer(expanded, to: channels, seed: 36))
    let x = UnsafePointer(numbers(count, seed: 38)), y = unwritten(count), dx = unwritten(count)
    kernel.forward([x], y, scratch: scratch(kernel.forwardScratchCount))
    report("MobiVari", y, count)
    let gradients = Gradients(kernel.gradientCount)
    kernel.backward(
      [x], dy: numbers(count, seed: 39), dx: [(dx, false)], scratch: scratch(kernel.backwardScratchCount),
      sums: gradients.sums)
    report("MobiVari's gradient of x", dx, count)
    report("MobiVari's gradients of the weights", gradients.pointer, gradients.count)
  }

  /// Functions of each element, of numbers between 0.1 and 5.9.
  private static func functions() {
    let count = 1000, x = numbers(count, seed: 40, spread: 2.9, centre: 3)
    let functions: [(StaticString, UnaryFunction)] = [
      ("exp", .exp), ("log", .log), ("sqrt", .sqrt), ("reciprocal", .reciprocal), ("sin", .sin), ("tanh", .tanh),
      ("sigmoid", .sigmoid), ("erf", .erf), ("pow", .pow(-1.5)), ("gelu", .gelu), ("silu", .silu), ("mish", .mish),
    ]
    for (name, function) in functions {
      let y = unwritten(count)
      function.forward(x, y, count: count)
      report(name, y, count)
    }
  }
}
