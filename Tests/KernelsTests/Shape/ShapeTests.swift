import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Kernels that move elements, and their gradients.
@Suite(.guardedMemory) struct ShapeTests {
  struct Copy: Sendable, CustomTestStringConvertible {
    let sizes, from, to: [Int]
    var fromOffset = 0, toOffset = 0
    var testDescription: String { "\(sizes) from \(from) + \(fromOffset) to \(to) + \(toOffset)" }

    /// Where each element lies on either side.
    var places: [(from: Int, to: Int)] {
      (0..<sizes.reduce(1, *)).map { element in
        let index = Twin.multiIndex(element, sizes)
        func place(_ strides: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }
        return (fromOffset + place(from), toOffset + place(to))
      }
    }
  }

  static let copies = [
    Copy(sizes: [], from: [], to: []), Copy(sizes: [40], from: [1], to: [1]),
    // Rows with gaps, short and long ones.
    Copy(sizes: [5, 7], from: [9, 1], to: [11, 1], fromOffset: 3, toOffset: 2),
    Copy(sizes: [3, 150], from: [150, 1], to: [160, 1]),
    // Transpositions, of whole tiles and of parts.
    Copy(sizes: [16, 16], from: [1, 16], to: [16, 1]),
    Copy(sizes: [2, 37, 21], from: [777, 1, 37], to: [777, 21, 1]),
    Copy(sizes: [70, 9], from: [1, 70], to: [12, 1]),
    // One number many times, a flip, and four axes in another order.
    Copy(sizes: [6, 20], from: [0, 1], to: [20, 1]),
    Copy(sizes: [6, 10], from: [10, -1], to: [10, 1], fromOffset: 9),
    Copy(sizes: [3, 4, 5, 2], from: [2, 30, 6, 1], to: [40, 10, 2, 1]),
    Copy(sizes: [3, 0], from: [1, 1], to: [1, 1]),
  ]

  @Test(arguments: copies) func stridedCopies(_ copy: Copy) {
    let places = copy.places
    let count = (places.map(\.from).max() ?? 0) + 1, targetCount = (places.map(\.to).max() ?? 0) + 1
    let x = random("x", [count]), source = GuardedBuffer(x)
    let kernel = StridedCopy(
      sizes: copy.sizes, from: copy.from, to: copy.to, fromOffset: copy.fromOffset, toOffset: copy.toOffset)
    var expected = [Double?](repeating: nil, count: targetCount)
    for place in places { expected[place.to] = x.values[place.from] }
    for accumulate in [false, true] {
      let target = GuardedBuffer(result: targetCount, accumulate: accumulate)
      kernel(source.pointer, into: target.pointer, accumulate: accumulate)
      target.expect(expected, within: accumulate ? 1e-7 : 0)
    }
    // Back, where no element comes twice.
    guard Set(places.map(\.from)).count == places.count else { return }
    let there = random("there", [targetCount]), other = GuardedBuffer(there), back = GuardedBuffer(unwritten: count)
    kernel.reversed(other.pointer, into: back.pointer)
    var returned = [Double?](repeating: nil, count: count)
    for place in places { returned[place.from] = there.values[place.to] }
    back.expect(returned, within: 0)
  }

  /// Both directions of a kernel that is a sum of elements with weights.
  private func check(
    _ terms: LinearTerms, constant: Double = 0, sourceLocation: SourceLocation = #_sourceLocation,
    forward: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
    backward: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, _ accumulate: Bool) -> Void
  ) {
    let x = random("x", [terms.inputs]), dy = random("dy", [terms.outputs])
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy)), y = GuardedBuffer(unwritten: terms.outputs)
    forward(input.pointer, y.pointer)
    y.expect(terms(x), sourceLocation: sourceLocation)
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: terms.inputs, accumulate: accumulate)
      backward(gradient.pointer, dx.pointer, accumulate)
      dx.expect(terms.transposed(dy), sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 1), (2, 7, 16), (4, 3, 37)]) func gathers(outer: Int, size: Int, inner: Int) {
    let indices = [size - 1, 0, size / 2, 0, size - 1, size - 1]
    let gather = Gather(outer: outer, size: size, inner: inner, indices: indices)
    var terms = LinearTerms(inputs: outer * size * inner, outputs: outer * indices.count * inner)
    for block in 0..<outer {
      for (number, index) in indices.enumerated() {
        for i in 0..<inner {
          terms.add((block * size + index) * inner + i, to: (block * indices.count + number) * inner + i)
        }
      }
    }
    check(terms) {
      gather.forward($0, $1)
    } backward: {
      gather.backward($0, $1, accumulate: $2)
    }
  }

  static let modes = [PaddingMode.zero, .reflect, .replicate, .symmetric, .constant(0)]

  @Test(arguments: modes, [1, 20]) func padding(_ mode: PaddingMode, channels: Int) {
    let (images, height, width) = (2, 4, 5), (top, bottom, left, right) = (3, 2, 1, 4)
    let padding = Padding(
      images: images, height: height, width: width, channels: channels, top: top, bottom: bottom, left: left,
      right: right, mode: mode)
    // The map's own places, padded: -1 where the mode's value stands.
    let places = DoubleTensor((0..<images * height * width).map(Double.init), [images, height, width, 1])
    let value: PaddingMode = [.zero, .constant(0)].contains(mode) ? .constant(-1) : mode
    let padded = Twin.pad(places, top: top, bottom: bottom, left: left, right: right, mode: value)
    var terms = LinearTerms(inputs: places.values.count * channels, outputs: padded.values.count * channels)
    for (to, from) in padded.values.enumerated() where from >= 0 {
      for c in 0..<channels { terms.add(Int(from) * channels + c, to: to * channels + c) }
    }
    check(terms) {
      padding.forward($0, $1)
    } backward: {
      padding.backward($0, $1, accumulate: $2)
    }
  }

  @Test func paddingWithNumbers() {
    let padding = Padding(
      images: 1, height: 1, width: 2, channels: 3, top: 1, bottom: 0, left: 1, right: 1, mode: .constant(2.5))
    let y = GuardedBuffer(unwritten: 2 * 4 * 3), input = GuardedBuffer([1, 2, 3, 4, 5, 6])
    padding.forward(input.pointer, y.pointer)
    y.expect([Double](repeating: 2.5, count: 15) + [1, 2, 3, 4, 5, 6] + [2.5, 2.5, 2.5], within: 0)
  }

  /// Resampling by matrices that say how each position is made.
  static let axes: [(String, AxisResampling, [[Double]])] = [
    (
      "halves", .average(6, kernel: 2, stride: 2, padding: 0, countIncludesPadding: true),
      matrix(3, 6) { abs(2 * $0 + 0.5 - $1) < 1 ? 0.5 : 0 }
    ),
    (
      "average of three", .average(4, kernel: 3, stride: 1, padding: 1, countIncludesPadding: false),
      [[0.5, 0.5, 0, 0], [1 / 3.0, 1 / 3.0, 1 / 3.0, 0], [0, 1 / 3.0, 1 / 3.0, 1 / 3.0], [0, 0, 0.5, 0.5]]
    ),
    ("adaptive", .adaptiveAverage(5, to: 2), [[1 / 3.0, 1 / 3.0, 1 / 3.0, 0, 0], [0, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0]]),
    ("nearest", .nearest(3, to: 6, step: 0.5), matrix(6, 3) { ($0 / 2).rounded(.down) == $1 ? 1 : 0 }),
    ("as it is", .nearest(5, to: 5, step: 1), matrix(5, 5) { $0 == $1 ? 1 : 0 }),
    (
      "linear", .linear(2, to: 4, step: 0.5, alignCorners: false),
      [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]
    ),
    (
      "linear between corners", .linear(3, to: 5, step: 0.5, alignCorners: true),
      matrix(5, 3) { max(0, 1 - abs($0 / 2 - $1)) }
    ),
    (
      // Keys' weights at a quarter and three quarters, with A = -0.75, and the ends repeated.
      "cubic", .cubic(2, to: 4, step: 0.5, alignCorners: false),
      [
        [1.10546875, -0.10546875], [0.7734375, 0.2265625], [0.2265625, 0.7734375], [-0.10546875, 1.10546875],
      ]
    ),
    (
      "antialiased", .antialiased(4, to: 2, step: 2, isCubic: false),
      [[3 / 7.0, 3 / 7.0, 1 / 7.0, 0], [0, 1 / 7.0, 3 / 7.0, 3 / 7.0]]
    ),
  ]

  private static func matrix(_ rows: Int, _ columns: Int, _ element: (Double, Double) -> Double) -> [[Double]] {
    (0..<rows).map { row in (0..<columns).map { element(Double(row), Double($0)) } }
  }

  @Test(arguments: axes.indices, [1, 21]) func resampling(index: Int, channels: Int) {
    let images = 2, (_, vertical, down) = Self.axes[index]
    let (_, horizontal, across) = Self.axes[(index + 4) % Self.axes.count]
    let resampling = Resampling(images: images, channels: channels, vertical: vertical, horizontal: horizontal)
    let (height, width) = (down[0].count, across[0].count)
    var terms = LinearTerms(
      inputs: images * height * width * channels, outputs: images * down.count * across.count * channels)
    for image in 0..<images {
      for (y, x) in (0..<down.count).flatMap({ y in (0..<across.count).map { (y, $0) } }) {
        for (row, column) in (0..<height).flatMap({ row in (0..<width).map { (row, $0) } }) {
          for c in 0..<channels {
            terms.add(
              ((image * height + row) * width + column) * channels + c,
              to: ((image * down.count + y) * across.count + x) * channels + c, weight: down[y][row] * across[x][column]
            )
          }
        }
      }
    }
    func run(
      _ kernel: Resampling, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ accumulate: Bool
    ) {
      let memory = WorkMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
      kernel.run(from, to, accumulate: accumulate, scratch: memory.scratch)
    }
    check(terms) {
      run(resampling, $0, $1, false)
    } backward: {
      run(resampling.transposed, $0, $1, $2)
    }
  }
}
