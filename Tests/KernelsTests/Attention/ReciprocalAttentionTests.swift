import Foundation
import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Spatial and channel heads side by side, with the previous block's attention and without.
@Suite(.guardedMemory) struct ReciprocalAttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let images, height, width, spatial, channel, headDim, window: Int
    var shift = 0
    var hasPrevious = false
    /// About the logarithm of the spatial factors: above 3.7 logits are not bounded.
    var logScale = 1.0
    var channels: Int { (spatial + channel) * headDim }
    var testDescription: String {
      "\(images) x \(height) x \(width), \(spatial) + \(channel) heads of \(headDim), windows \(window) shifted "
        + "\(shift)" + (hasPrevious ? ", previous" : "") + ", factors about e^\(logScale)"
    }
  }

  static let cases = [
    Case(images: 1, height: 1, width: 1, spatial: 1, channel: 1, headDim: 2, window: 1),
    Case(images: 2, height: 4, width: 2, spatial: 2, channel: 1, headDim: 3, window: 2, shift: 1, hasPrevious: true),
    Case(images: 1, height: 5, width: 5, spatial: 1, channel: 1, headDim: 5, window: 5, hasPrevious: true),
    Case(images: 1, height: 2, width: 4, spatial: 3, channel: 0, headDim: 2, window: 2),
    Case(images: 1, height: 4, width: 4, spatial: 2, channel: 0, headDim: 3, window: 4, logScale: 4),
    Case(images: 2, height: 3, width: 3, spatial: 0, channel: 2, headDim: 4, window: 3),
  ]

  @Test(arguments: cases) func attention(_ size: Case) throws {
    let (c, s, k) = (size.channels, size.spatial * size.headDim, size.channel * size.headDim)
    let map = [size.images, size.height, size.width, c], side = 2 * size.window - 1
    let qkv = LayerKernelTests.Layer("qkv", c, to: 3 * c)
    let spatial = s > 0 ? LayerKernelTests.Layer("spatial", s, to: s) : nil
    let channel = k > 0 ? LayerKernelTests.Layer("channel", k, to: k) : nil
    let x = random("x", map), previous = random("previous", map), dy = random("dy", map)
    let table = random("table", [side * side, size.spatial], spread: 0.5)
    // Logarithms of the factors.
    let spatialScale = random("spatial scale", [size.spatial], spread: 0.2, centre: size.logScale)
    let channelScale = random("channel scale", [size.channel], spread: 0.2, centre: 1)
    let arguments =
      [x, previous, table, spatialScale, channelScale] + qkv.parameters + (spatial?.parameters ?? [])
      + (channel?.parameters ?? [])
    func twin(_ v: [DoubleTensor]) -> DoubleTensor {
      let last = v.suffix(2)
      return Twin.reciprocalAttention(
        v[0], previous: size.hasPrevious ? v[1] : nil, qkv: Twin.Pointwise(v[5], v[6]),
        spatial: s > 0 ? .init(logitScale: v[3], biasTable: v[2], projection: Twin.Pointwise(v[7], v[8])) : nil,
        channel: k > 0
          ? .init(logitScale: v[4], projection: Twin.Pointwise(last[last.startIndex], last[last.startIndex + 1])) : nil,
        window: size.window, shift: size.shift)
    }

    func factors(_ scale: DoubleTensor) -> GuardedBuffer { GuardedBuffer(scale.values.map { Float(exp($0)) }) }
    let (spatialFactors, channelFactors) = (factors(spatialScale), factors(channelScale))
    let position = RelativePosition(window: size.window, heads: size.spatial)
    let bias = GuardedBuffer(unwritten: position.count), tables = GuardedBuffer(table)
    position.expand(tables.pointer, into: bias.pointer)
    let channelWeight = channel.map { GuardedBuffer($0.weight) }, channelBias = channel.map { GuardedBuffer($0.bias) }
    let kernel = ReciprocalAttention(
      images: size.images, height: size.height, width: size.width, spatialHeads: size.spatial,
      channelHeads: size.channel, headDim: size.headDim, window: size.window, shift: size.shift,
      weights: .init(
        qkv: qkv.kernel, spatialProjection: spatial?.kernel,
        channelProjection: channelWeight.map { (UnsafePointer($0.pointer), UnsafePointer(channelBias!.pointer)) },
        spatialScale: spatialFactors.pointer, channelScale: channelFactors.pointer, positionBias: bias.pointer))
    let (input, helper, gradient) = (GuardedBuffer(x), GuardedBuffer(previous), GuardedBuffer(dy))
    let previousMap = size.hasPrevious ? UnsafePointer(helper.pointer) : nil

    let count = x.values.count, y = GuardedBuffer(unwritten: count)
    let values = GuardedBuffer(unwritten: count / c * k)
    let saved = GuardedBuffer(unwritten: size.images * kernel.sumsCount)
    let memory = GuardedBuffer(unwritten: kernel.forwardMemoryCount)
    let work = WorkMemory(scratch: kernel.forwardScratchCount, pieces: kernel.pieces)
    kernel.forward(
      input.pointer, previous: previousMap, y.pointer, values: values.pointer, sums: saved.pointer,
      memory: memory.pointer, scratch: work.scratch)
    y.expect(twin(arguments).values)

    let wanted = gradients(of: twin, at: arguments, seed: dy)
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: count, accumulate: accumulate)
      let dPrevious = GuardedBuffer(result: count, accumulate: !accumulate)
      let channelGradients = GuardedBuffer(result: kernel.channelGradientCount, accumulate: true)
      let memory = GuardedBuffer(unwritten: kernel.backwardMemoryCount), offsets = kernel.gradientOffsets
      let work = WorkMemory(scratch: kernel.backwardScratchCount, pieces: kernel.pieces)
      let sums = SumsMemory(offsets.count)
      kernel.backward(
        input.pointer, previous: previousMap, dy: gradient.pointer, values: values.pointer, saved: saved.pointer,
        dx: dx.pointer, accumulate: accumulate, dPrevious: size.hasPrevious ? dPrevious.pointer : nil,
        accumulatePrevious: !accumulate, channelGradients: channelGradients.pointer, memory: memory.pointer,
        scratch: work.scratch, sums: sums.sums)
      // With one pixel a window, or one channel a head, some gradients are zero.
      dx.expect(wanted[0], within: 2e-5, ofAtLeast: 0.1, "x")
      if size.hasPrevious { dPrevious.expect(wanted[1], within: 2e-5, ofAtLeast: 0.1, "previous") }
      let layers = wanted[5..<(s > 0 ? 9 : 7)].flatMap { $0 }
      sums.expect(prefix: layers, within: 2e-5, "layers")
      let dTable = GuardedBuffer(result: table.values.count, accumulate: true)
      position.addGradient(sums.pointer + offsets.positionBias, to: dTable.pointer)
      dTable.expect(wanted[2], within: 2e-5, ofAtLeast: 0.1, "table")
      let scale = GuardedBuffer((0..<size.spatial).map { sums.pointer[offsets.spatialScale + $0] })
      scale.expect(wanted[3], within: 2e-5, ofAtLeast: 0.1, "spatial scale")
      let channelWanted = k > 0 ? wanted.suffix(2).flatMap { $0 } + wanted[4] : []
      channelGradients.expect(channelWanted, within: 2e-5, ofAtLeast: 0.1, "channel heads")
    }
  }
}
