import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Norms, softmax and statistics: along rows, along other axes, and over pixels.
@Suite(.guardedMemory) struct NormalizationTests {
  struct Rows: Sendable, CustomTestStringConvertible {
    let rows, channels: Int
    var form = LayerNorm.Form.layer
    var testDescription: String { "\(rows) x \(channels), \(form)" }
  }

  static let rows = [(1, 1), (3, 5), (8, 16), (11, 20), (600, 3), (4, 77)].flatMap { rows, channels in
    [LayerNorm.Form.layer, .biasFree, .rootMeanSquare].map { Rows(rows: rows, channels: channels, form: $0) }
  }

  @Test(arguments: rows) func layerNorm(_ size: Rows) {
    let (rows, channels) = (size.rows, size.channels), count = rows * channels, epsilon: Float = 0.1
    let x = random("x", [rows, channels], centre: 0.5), dy = random("dy", [rows, channels])
    let weight = random("weight", [channels]), bias = random("bias", [channels])
    let residual = random("residual", [rows, channels])
    func twin(_ v: [DoubleTensor]) -> DoubleTensor {
      if size.form == .rootMeanSquare {
        let y = Twin.rmsNorm(v[0], weight: v[1], epsilon: Double(epsilon))
        return Twin.map(y, v[2]) { $0 + $1 }
      }
      return Twin.layerNorm(
        v[0], weight: v[1], bias: v[2], epsilon: Double(epsilon), subtractsMean: size.form == .layer)
    }
    let (input, gradient, added) = (GuardedBuffer(x), GuardedBuffer(dy), GuardedBuffer(residual))
    let (weights, biases) = (GuardedBuffer(weight), GuardedBuffer(bias))
    let norm = LayerNorm(
      channels: channels, weight: weights.pointer, bias: biases.pointer, epsilon: epsilon, form: size.form)
    let y = GuardedBuffer(unwritten: count), sum = GuardedBuffer(unwritten: count)
    norm.forward(rows: rows, input.pointer, residual: nil, y.pointer)
    norm.forward(rows: rows, input.pointer, residual: added.pointer, sum.pointer)
    let expected = twin([x, weight, bias])
    y.expect(expected.values)
    sum.expect((expected + residual).values)
    // Rows do not depend on each other: the first ones are enough, but for the parameters.
    let few = min(rows, 12),
      fewRows = [x, dy].map {
        DoubleTensor(Array($0.values[..<(few * channels)]), [few, channels])
      }
    let wanted = gradients(of: twin, at: [fewRows[0], weight, bias], seed: fewRows[1])
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: few * channels, accumulate: accumulate), sums = SumsMemory(2 * channels)
      norm.backward(
        rows: few, input.pointer, dy: gradient.pointer, dx: dx.pointer, accumulate: accumulate, sums: sums.sums)
      dx.expect(wanted[0])
      sums.expect(wanted[1] + wanted[2])
    }
    let sums = SumsMemory(2 * channels), dx = GuardedBuffer(unwritten: count)
    norm.backward(rows: rows, input.pointer, dy: gradient.pointer, dx: dx.pointer, accumulate: false, sums: sums.sums)
    let normal = twin([
      x, DoubleTensor([Double](repeating: 1, count: channels), [channels]), DoubleTensor(zeros: [channels]),
    ])
    sums.expect(columnSums(DoubleTensor(zip(dy.values, normal.values).map { $0 * $1 }, x.shape)) + columnSums(dy))
  }

  /// Dimensions and an axis.
  struct Lines: Sendable, CustomTestStringConvertible {
    let dimensions: [Int]
    let axis: Int
    var testDescription: String { "\(dimensions), axis \(axis)" }
    var lines: AxisLines { AxisLines(dimensions, axis: axis) }
    var count: Int { dimensions.reduce(1, *) }
  }

  static let lines = [
    ([1], 0), ([3, 5], 1), ([9, 16], 1), ([11, 37], 1), ([5, 3], 0), ([2, 7, 16], 1), ([3, 4, 21], 1), ([1, 1, 40], 1),
  ].map(Lines.init)

  @Test(arguments: lines, [false, true]) func softmax(_ size: Lines, isLogarithm: Bool) {
    let x = random("x", size.dimensions, spread: 2), dy = random("dy", size.dimensions)
    let kernel = Softmax(size.lines, logarithm: isLogarithm)
    let twin = { (x: DoubleTensor) in
      isLogarithm ? Twin.logSoftmax(x, axis: size.axis) : Twin.softmax(x, axis: size.axis)
    }
    check(size, x, dy, twin) {
      kernel.forward($0, $1)
    } backward: { _, y, dy, dx, accumulate in
      kernel.backward(y: y, dy: dy, dx, accumulate: accumulate)
    }
  }

  @Test(arguments: lines, [1e-12, 2.5]) func unitLength(_ size: Lines, epsilon: Double) {
    let x = random("x", size.dimensions), dy = random("dy", size.dimensions)
    let kernel = UnitLength(size.lines, epsilon: Float(epsilon))
    check(size, x, dy) {
      Twin.l2Normalize($0, axis: size.axis, epsilon: epsilon)
    } forward: {
      kernel.forward($0, $1)
    } backward: { x, _, dy, dx, accumulate in
      kernel.backward(x, dy: dy, dx, accumulate: accumulate)
    }
  }

  private func check(
    _ size: Lines, _ x: DoubleTensor, _ dy: DoubleTensor, _ twin: (DoubleTensor) -> DoubleTensor,
    forward: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
    backward: (
      _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, UnsafeMutablePointer<Float>,
      _ accumulate: Bool
    ) -> Void
  ) {
    let (input, gradient, y) = (GuardedBuffer(x), GuardedBuffer(dy), GuardedBuffer(unwritten: size.count))
    forward(input.pointer, y.pointer)
    y.expect(twin(x).values)
    let expected = gradients(of: { twin($0[0]) }, at: [x], seed: dy)[0]
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: size.count, accumulate: accumulate)
      backward(input.pointer, y.pointer, gradient.pointer, dx.pointer, accumulate)
      // Where each line has one element the gradient is zero, but for rounding.
      dx.expect(expected, ofAtLeast: 0.1)
    }
    forward(input.pointer, input.pointer)
    #expect(input.values == y.values)
  }

  @Test(arguments: [(1, 1, 1), (2, 3, 5), (1, 40, 16), (3, 1100, 20), (1, 5, 70)])
  func channelStatistics(samples: Int, pixels: Int, channels: Int) {
    let map = ChannelPixels(samples: samples, pixels: pixels, channels: channels), size = samples * channels
    let shape = [samples * pixels, channels]
    // A mean that is large beside the spread.
    let x = random("x", shape, centre: 30), dy = random("dy", shape)
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy))
    /// The sums over the pixels of each sample and channel.
    func sums(_ term: (_ place: Int, _ group: Int) -> Double) -> [Double] {
      var sums = [Double](repeating: 0, count: size)
      for place in 0..<pixels * size {
        let group = place / (pixels * channels) * channels + place % channels
        sums[group] += term(place, group)
      }
      return sums
    }
    let mean = sums { place, _ in x.values[place] / Double(pixels) }
    let variance = sums { place, group in (x.values[place] - mean[group]) * (x.values[place] - mean[group]) }
    let found = map.statistics(input.pointer)
    #expect(relativeDifference(found.mean, mean) < 1e-6)
    #expect(relativeDifference(found.variance.map { $0 * Double(pixels) + 1e-3 }, variance.map { $0 + 1e-3 }) < 1e-5)

    let centre = mean.map { Float($0) }
    let sumsOfGradient = map.gradientSums(input.pointer, mean: centre, dy: gradient.pointer)
    #expect(relativeDifference(sumsOfGradient.dy, sums { place, _ in dy.values[place] }) < 1e-5)
    let products = sums { place, group in dy.values[place] * (x.values[place] - Double(centre[group])) }
    #expect(relativeDifference(sumsOfGradient.product, products) < 1e-5)

    let scale = random("scale", [size]), slope = random("slope", [size]), shift = random("shift", [size])
    func floats(_ x: DoubleTensor) -> [Float] { x.values.map { Float($0) } }
    func group(_ place: Int) -> Int { place / (pixels * channels) * channels + place % channels }
    let y = GuardedBuffer(unwritten: x.values.count)
    map.normalize(input.pointer, mean: centre, scale: floats(scale), shift: floats(shift), into: y.pointer)
    func centred(_ place: Int) -> Double { x.values[place] - Double(centre[group(place)]) }
    y.expect(
      (0..<x.values.count).map { centred($0) * scale.values[group($0)] + shift.values[group($0)] })
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: x.values.count, accumulate: accumulate)
      map.gradient(
        input.pointer, mean: centre, dy: gradient.pointer, scale: floats(scale), slope: floats(slope),
        shift: floats(shift), into: dx.pointer, accumulate: accumulate)
      dx.expect(
        (0..<x.values.count).map {
          dy.values[$0] * scale.values[group($0)] + centred($0) * slope.values[group($0)] + shift.values[group($0)]
        })
    }
  }
}
