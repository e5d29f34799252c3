import RAMiTParallel

/// A shift convolution (Zhang et al., "Efficient Long-Range Attention Network for Image Super-resolution", ECCV 2022),
/// with what stands after it:
///
///     y = relu(W shift(x) + b)  or  y = W shift(x) + b + residual
///
/// The shift takes a fifth of the channels each from the pixel on the right, on the left, below and above, and the rest
/// from the pixel itself; zeros lie outside of the map. A tile of pixels is shifted in cache and multiplied there:
/// shift(x) is not written to memory.
package struct ShiftedLinearKernel {
  let map: MapSize
  let layer: PointwiseWeight
  /// Whether negative results become zero; nothing is added to them then.
  let rectifies: Bool

  /// Pixels of a tile.
  private static let tile = 128

  package init(map: MapSize, layer: PointwiseWeight, rectifies: Bool) {
    (self.map, self.layer, self.rectifies) = (map, layer, rectifies)
  }

  private var inputs: Int { layer.inputs }
  private var outputs: Int { layer.outputs }
  /// Channels of each part that moves.
  private var fifth: Int { inputs / 5 }
  private var pixels: Int { map.images &* map.height &* map.width }

  /// The pieces of work: tiles.
  package var pieces: Int { (pixels + Self.tile - 1) / Self.tile }
  /// Floats of gradient: W, b.
  package var gradientCount: Int { layer.gradientCount }
  /// Floats of scratch for each worker: zeros, shift(x), its gradient, and dy behind the activation.
  package var scratchCount: Int {
    paddedToVector(inputs) + 2 * Self.tile * inputs + Self.tile * outputs + 4 * vectorWidth
  }

  /// The places of a worker's scratch.
  private struct Buffers {
    let zeros, shifted, gradient, dy: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, inputs: Int) {
      zeros = memory
      shifted = zeros + paddedToVector(inputs) + vectorWidth
      gradient = shifted + ShiftedLinearKernel.tile &* inputs + vectorWidth
      dy = gradient + ShiftedLinearKernel.tile &* inputs + vectorWidth
      zeros.update(repeating: 0, count: paddedToVector(inputs) + vectorWidth)
    }
  }

  /// y [pixels x O]; overwrites y, which may be the residual [pixels x O].
  package func forward(
    _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    parallelFor(pieces) { piece, worker in
      let b = Buffers(scratch.of(worker: worker), inputs: inputs)
      let start = piece &* Self.tile, count = min(Self.tile, pixels &- start)
      shift(x, start: start, count: count, b)
      let y = y + start &* outputs
      if rectifies {
        gemm(
          rows: count, Rows(pointer: b.shifted, stride: inputs, step: 1), layer.forward, y, cStride: outputs,
          epilogue: AddBiasAndRectify(bias: layer.bias))
      } else {
        layer.apply(
          rows: count, b.shifted, xStride: inputs, adding: residual.map { $0 + start &* outputs }, into: y,
          yStride: outputs)
      }
    }
  }

  /// Writes dx (or adds to it) [pixels x I], and adds to the sums of the parameters' gradients. (The residual's
  /// gradient is dy.)
  /// - Parameters:
  ///   - y: the result of a kernel that rectifies; nil of others.
  package func backward(
    _ x: UnsafePointer<Float>, y: UnsafePointer<Float>?, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
    accumulate: Bool, scratch: Scratch, sums: PartialSums
  ) {
    sums.forEachPiece(pieces) { piece, worker, sums in
      let b = Buffers(scratch.of(worker: worker), inputs: inputs)
      let start = piece &* Self.tile, count = min(Self.tile, pixels &- start)
      var dy = dy + start &* outputs
      if let y {
        rectify(dy, y: y + start &* outputs, count: count &* outputs, into: b.dy)
        dy = UnsafePointer(b.dy)
      }
      shift(x, start: start, count: count, b)
      layer.addGradient(rows: count, dy: dy, dyStride: outputs, x: b.shifted, xStride: inputs, to: sums)
      gemm(
        rows: count, Rows(pointer: dy, stride: outputs, step: 1), layer.backward, b.gradient, cStride: inputs,
        epilogue: Identity())
      shiftBack(b.gradient, start: start, count: count, into: dx, accumulate: accumulate, zeros: b.zeros)
    }
  }

  /// Where a pixel stands in its image, for a tile's pixels one after the other.
  private struct Place {
    var x, y: Int

    init(pixel: Int, _ map: MapSize) { (x, y) = (pixel % map.width, pixel / map.width % map.height) }

    @inline(__always)
    mutating func advance(_ map: MapSize) {
      x &+= 1
      if x < map.width { return }
      (x, y) = (0, y &+ 1 == map.height ? 0 : y &+ 1)
    }
  }

  /// b.shifted [count x I] = the shifted pixels from `start` on.
  private func shift(_ x: UnsafePointer<Float>, start: Int, count: Int, _ b: Buffers) {
    let line = map.width &* inputs, zeros = UnsafePointer(b.zeros)
    var place = Place(pixel: start, map), from = x + start &* inputs, to = b.shifted
    for _ in 0..<count {
      // In ascending order: whole vectors reach into what is written next.
      copyPart(0, place.x &+ 1 < map.width ? from + inputs : zeros, to)
      copyPart(1, place.x > 0 ? from - inputs : zeros, to)
      copyPart(2, place.y &+ 1 < map.height ? from + line : zeros, to)
      copyPart(3, place.y > 0 ? from - line : zeros, to)
      var c = 4 &* fifth
      while c < inputs {
        store(load(from + c), to + c)
        c &+= vectorWidth
      }
      place.advance(map)
      from += inputs
      to += inputs
    }
  }

  @inline(__always)
  private func copyPart(_ part: Int, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
    var c = part &* fifth
    while c < (part &+ 1) &* fifth {
      store(load(from + c), to + c)
      c &+= vectorWidth
    }
  }

  /// The gradient of x from that of shift(x), of the pixels from `start` on. Each value of dx is written once: by the
  /// pixel that took it or, where none did, as zero by its own.
  private func shiftBack(
    _ gradient: UnsafePointer<Float>, start: Int, count: Int, into dx: UnsafeMutablePointer<Float>, accumulate: Bool,
    zeros: UnsafePointer<Float>
  ) {
    let line = map.width &* inputs
    var place = Place(pixel: start, map), from = gradient, to = dx + start &* inputs
    func write(
      _ part: Int, taken: Bool, from: UnsafePointer<Float>, _ taker: Int, isLeft: Bool,
      _ own: UnsafeMutablePointer<Float>
    ) {
      let c = part &* fifth
      if taken {
        if accumulate {
          addChannels(from + c, own + (taker &+ c), count: fifth)
        } else {
          copyChannels(from + c, own + (taker &+ c), count: fifth)
        }
      }
      if isLeft && !accumulate { copyChannels(zeros, own + c, count: fifth) }
    }
    for _ in 0..<count {
      let isFirst = place.x == 0, isLast = place.x &+ 1 == map.width
      let isTop = place.y == 0, isBottom = place.y &+ 1 == map.height
      write(0, taken: !isLast, from: from, inputs, isLeft: isFirst, to)
      write(1, taken: !isFirst, from: from, 0 &- inputs, isLeft: isLast, to)
      write(2, taken: !isBottom, from: from, line, isLeft: isTop, to)
      write(3, taken: !isTop, from: from, 0 &- line, isLeft: isBottom, to)
      let c = 4 &* fifth
      if accumulate {
        addChannels(from + c, to + c, count: inputs &- c)
      } else {
        copyChannels(from + c, to + c, count: inputs &- c)
      }
      place.advance(map)
      from += inputs
      to += inputs
    }
  }

  /// dy where y is positive, else 0.
  private func rectify(
    _ dy: UnsafePointer<Float>, y: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i < count {
      store(load(dy + i).replacing(with: 0, where: load(y + i) .<= Vector.zero), target + i)
      i &+= vectorWidth
    }
  }
}

/// Adds a bias to every row, and makes negative sums zero.
private struct AddBiasAndRectify: Epilogue {
  let bias: UnsafePointer<Float>
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    let sum: V = value + load(bias + column)
    return sum.rectified
  }
}
