import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Convolutions of every kind and their gradients against sums over taps.
@Suite(.guardedMemory) struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var images = 1
    var input = IntPair(1)
    var inputs = 1, outputs = 1, groups = 1
    var kernel = IntPair(1), stride = IntPair(1), padding = IntPair(0), dilation = IntPair(1)

    var testDescription: String {
      "\(images) x \(input) x \(inputs) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding), "
        + "dilation \(dilation), \(groups) groups"
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        images: images, input: input,
        output: ConvolutionGeometry.outputSize(
          input: input, kernel: kernel, stride: stride, padding: padding, dilation: dilation),
        kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    }

    /// Calls `body` with each pixel of the output, each tap of the kernel, and the pixel that it reads in the input.
    func forEachTap(_ body: (_ output: Int, _ tap: Int, _ input: Int) -> Void) {
      let output = geometry.output
      for image in 0..<images {
        for y in 0..<output.height {
          for x in 0..<output.width {
            for tap in 0..<kernel.height * kernel.width {
              let row = y * stride.height - padding.height + tap / kernel.width * dilation.height
              let column = x * stride.width - padding.width + tap % kernel.width * dilation.width
              guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
              body(
                (image * output.height + y) * output.width + x, tap,
                (image * input.height + row) * input.width + column)
            }
          }
        }
      }
    }

    var outputPixels: Int { images * geometry.output.height * geometry.output.width }
    var inputPixels: Int { images * input.height * input.width }
    var taps: Int { kernel.height * kernel.width }
  }

  static let kinds = [
    Case(), Case(input: IntPair(1, 7), inputs: 5, outputs: 3),
    Case(images: 3, input: IntPair(5, 4), inputs: 20, outputs: 33),
    Case(images: 2, input: IntPair(5, 7), inputs: 3, outputs: 17, kernel: IntPair(3), padding: IntPair(1)),
    Case(input: IntPair(9, 8), inputs: 16, outputs: 16, kernel: IntPair(3)),
    Case(input: IntPair(9, 11), inputs: 4, outputs: 6, kernel: IntPair(2, 3), stride: IntPair(2, 3)),
    Case(
      input: IntPair(9, 10), inputs: 6, outputs: 9, groups: 3, kernel: IntPair(3), padding: IntPair(2),
      dilation: IntPair(2)),
    Case(input: IntPair(6, 70), inputs: 2, outputs: 5, kernel: IntPair(1, 5), padding: IntPair(0, 2)),
    Case(
      input: IntPair(12, 9), inputs: 5, outputs: 70, kernel: IntPair(4), stride: IntPair(3), padding: IntPair(2, 1)),
    // Winograd's transforms, with odd sides.
    Case(images: 2, input: IntPair(7, 9), inputs: 64, outputs: 64, kernel: IntPair(3), padding: IntPair(1)),
    Case(input: IntPair(20, 35), inputs: 36, outputs: 70, kernel: IntPair(3), padding: IntPair(1)),
    // A phase of the stride that no tap reaches.
    Case(input: IntPair(7, 8), inputs: 3, outputs: 4, stride: IntPair(3)),
  ]

  @Test(arguments: kinds) func convolutions(_ size: Case) {
    let (inputs, outputs) = (size.inputs, size.outputs), each = inputs / size.groups
    let convolution = Convolution(size.geometry, inputs: inputs, outputs: outputs, groups: size.groups)
    var terms = BilinearTerms(
      inputs: size.inputPixels * inputs, weights: outputs * size.taps * each, outputs: size.outputPixels * outputs)
    size.forEachTap { output, tap, input in
      for o in 0..<outputs {
        let first = input * inputs + o / (outputs / size.groups) * each
        for i in 0..<each {
          terms.add(x: first + i, weight: (o * size.taps + tap) * each + i, y: output * outputs + o)
        }
      }
    }
    let x = random("x", [size.inputPixels, inputs]), weight = random("weight", [outputs, size.taps, each])
    let bias = random("bias", [outputs]), dy = random("dy", [size.outputPixels, outputs])
    let inputBias = random("input bias", [inputs])
    let (input, gradient, weights) = (GuardedBuffer(x), GuardedBuffer(dy), GuardedBuffer(weight))
    let (biases, inputBiases) = (GuardedBuffer(bias), GuardedBuffer(inputBias))

    let y = terms(x, weight), dx = terms.inputGradient(dy, weight)
    for (hasBias, accumulate) in [(false, false), (true, false), (true, true)] {
      let result = GuardedBuffer(result: y.count, accumulate: accumulate), needs = convolution.forwardNeeds
      let packed = GuardedBuffer(unwritten: needs.packed)
      let memory = WorkMemory(scratch: needs.scratch, pieces: needs.pieces)
      convolution.forward(
        input.pointer, weight: weights.pointer, bias: hasBias ? biases.pointer : nil, result.pointer,
        accumulate: accumulate, packed: packed.pointer, scratch: memory.scratch)
      result.expect(
        y.enumerated().map { $1 + (hasBias ? bias.values[$0 % outputs] : 0) }, within: 2e-5,
        "bias \(hasBias), accumulate \(accumulate)")
    }
    for (hasBias, accumulate) in [(false, false), (true, false), (false, true)] {
      let result = GuardedBuffer(result: dx.count, accumulate: accumulate), needs = convolution.gradientNeeds
      let packed = GuardedBuffer(unwritten: needs.packed)
      let memory = WorkMemory(scratch: needs.scratch, pieces: needs.pieces)
      convolution.inputGradient(
        dy: gradient.pointer, weight: weights.pointer, bias: hasBias ? inputBiases.pointer : nil, result.pointer,
        accumulate: accumulate, packed: packed.pointer, scratch: memory.scratch)
      result.expect(
        dx.enumerated().map { $1 + (hasBias ? inputBias.values[$0 % inputs] : 0) }, within: 2e-5,
        "gradient, bias \(hasBias), accumulate \(accumulate)")
    }
    let sums = GuardedBuffer(unwritten: convolution.weightGradientSumsCount)
    let memory = WorkMemory(scratch: convolution.weightGradientScratchCount, pieces: convolution.weightGradientPieces)
    convolution.weightGradient(input.pointer, dy: gradient.pointer, sums: sums.pointer, scratch: memory.scratch)
    sums.expect(prefix: terms.weightGradient(dy, x) + columnSums(dy), within: 2e-5)
  }

  @Test(arguments: kinds.filter { $0.groups == 1 }) func depthwiseConvolutions(_ size: Case) {
    let channels = size.inputs, convolution = DepthwiseConvolution(size.geometry, channels: channels)
    var terms = BilinearTerms(
      inputs: size.inputPixels * channels, weights: size.taps * channels, outputs: size.outputPixels * channels)
    size.forEachTap { output, tap, input in
      for c in 0..<channels {
        terms.add(x: input * channels + c, weight: tap * channels + c, y: output * channels + c)
      }
    }
    let x = random("x", [size.inputPixels, channels]), weight = random("weight", [size.taps, channels])
    let bias = random("bias", [channels]), dy = random("dy", [size.outputPixels, channels])
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy))
    let (weights, biases) = (GuardedBuffer(weight), GuardedBuffer(bias))
    for hasBias in [false, true] {
      let y = GuardedBuffer(unwritten: dy.values.count)
      convolution.forward(
        input.pointer, weight: weights.pointer, bias: hasBias ? biases.pointer : nil, y.pointer)
      y.expect(terms(x, weight).enumerated().map { $1 + (hasBias ? bias.values[$0 % channels] : 0) })
    }
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: x.values.count, accumulate: accumulate)
      convolution.inputGradient(
        dy: gradient.pointer, weight: weights.pointer, dx.pointer, accumulate: accumulate)
      dx.expect(terms.inputGradient(dy, weight))
    }
    let sums = SumsMemory(convolution.gradientCount)
    convolution.weightGradient(input.pointer, dy: gradient.pointer, sums: sums.sums)
    sums.expect(terms.weightGradient(dy, x) + columnSums(dy))
  }

  @Test(
    arguments: kinds.filter { 2 * $0.padding.height <= $0.kernel.height && 2 * $0.padding.width <= $0.kernel.width })
  func maxPool(_ size: Case) {
    let channels = size.inputs, pool = MaxPool(size.geometry, channels: channels)
    // With ties, of which the first one counts.
    let halves = random("x", [size.inputPixels, channels]).values.map { (2 * $0).rounded() / 2 }
    let x = DoubleTensor(halves, [size.inputPixels, channels]), dy = random("dy", [size.outputPixels, channels])
    var largest = [Double](repeating: -.infinity, count: dy.values.count),
      places = [Int](repeating: 0, count: largest.count)
    size.forEachTap { output, _, input in
      for c in 0..<channels where x.values[input * channels + c] > largest[output * channels + c] {
        largest[output * channels + c] = x.values[input * channels + c]
        places[output * channels + c] = input * channels + c
      }
    }
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy)), y = GuardedBuffer(unwritten: largest.count)
    pool.forward(input.pointer, y.pointer)
    y.expect(largest, within: 0)
    var expected = [Double](repeating: 0, count: x.values.count)
    for (place, value) in zip(places, dy.values) { expected[place] += value }
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: expected.count, accumulate: accumulate)
      pool.backward(input.pointer, dy: gradient.pointer, dx.pointer, accumulate: accumulate)
      dx.expect(expected)
    }
    // What is not a number wins in its windows.
    input.pointer[0] = .nan
    pool.forward(input.pointer, y.pointer)
    var isWrong = [Bool](repeating: false, count: largest.count)
    size.forEachTap { output, _, input in if input == 0 { isWrong[output * channels] = true } }
    #expect(y.values.map(\.isNaN) == isWrong)
  }

  @Test(arguments: [(1, 1, 1), (3, 35, 5), (2, 200, 37)]) func globalAverage(images: Int, pixels: Int, channels: Int) {
    let map = ChannelPixels(samples: images, pixels: pixels, channels: channels)
    let x = random("x", [images * pixels, channels]), dy = random("dy", [images, channels])
    var terms = LinearTerms(inputs: x.values.count, outputs: dy.values.count)
    for place in x.values.indices {
      terms.add(place, to: place / (pixels * channels) * channels + place % channels, weight: 1 / Double(pixels))
    }
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy)), y = GuardedBuffer(unwritten: dy.values.count)
    map.average(input.pointer, y.pointer, sums: SumsMemory(channels).sums)
    y.expect(terms(x))
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: x.values.count, accumulate: accumulate)
      map.averageBackward(dy: gradient.pointer, dx.pointer, accumulate: accumulate)
      dx.expect(terms.transposed(dy))
    }
  }
}
