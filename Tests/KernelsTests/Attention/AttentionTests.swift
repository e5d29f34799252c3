import Foundation
import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Attention within windows, between channels, and both side by side.
@Suite(.guardedMemory) struct AttentionTests {
  struct Window: Sendable, CustomTestStringConvertible {
    var images = 1
    let height, width: Int
    let window: (y: Int, x: Int)
    var shift = (y: 0, x: 0)
    var masks = false
    let heads, headDim: Int
    var hasBias = false, isCosine = false, sharesKeys = false, hasOtherValues = false

    var tokens: Int { window.y * window.x }
    var testDescription: String {
      "\(images) x \(height) x \(width), windows \(window) shifted \(shift), \(heads) heads of \(headDim)"
        + (hasBias ? ", bias" : "") + (isCosine ? ", cosine" : "") + (sharesKeys ? ", keys are queries" : "")
    }
  }

  static let windows = [
    Window(height: 1, width: 1, window: (1, 1), heads: 1, headDim: 1),
    Window(
      images: 2, height: 4, width: 6, window: (2, 3), shift: (1, 2), masks: true, heads: 2, headDim: 3, hasBias: true),
    Window(height: 4, width: 4, window: (4, 2), shift: (3, 1), heads: 3, headDim: 2, isCosine: true),
    Window(height: 5, width: 5, window: (5, 5), heads: 1, headDim: 17, hasBias: true, isCosine: true),
    Window(height: 4, width: 2, window: (2, 2), heads: 2, headDim: 5, sharesKeys: true, hasOtherValues: true),
    Window(height: 2, width: 4, window: (2, 2), heads: 1, headDim: 4, isCosine: true, sharesKeys: true),
  ]

  @Test(arguments: windows) func windowAttention(_ size: Window) {
    let width = size.heads * size.headDim, map = [size.images, size.height, size.width]
    let keys = size.sharesKeys ? 0 : width, values = size.hasOtherValues ? 1 : keys + width
    // One channel that no head reads, and two that none writes.
    let channels = (size.hasOtherValues ? keys + width : values + width) + 1, resultChannels = width + 2
    let features = random("features", map + [channels]), others = random("values", map + [width + 1])
    let bias = size.hasBias ? random("bias", [size.heads, size.tokens, size.tokens]) : nil
    let factors = random("factors", [size.heads], spread: 0.3, centre: size.isCosine ? 3 : 0.7)
    let group = Twin.AttentionGroup(
      heads: size.heads, headDim: size.headDim, queries: 0, keys: keys, values: values, headStep: size.headDim,
      window: size.window, shift: size.shift, masksRegions: size.masks)
    func twin(_ v: [DoubleTensor]) -> DoubleTensor {
      Twin.windowAttention(
        v[0], values: size.hasOtherValues ? v[1] : v[0], groups: [group], bias: bias == nil ? nil : v[3],
        factor: { v[2].values[$0] }, isCosine: size.isCosine)
    }
    let kernel = WindowAttentionKernel(
      map: MapSize(images: size.images, height: size.height, width: size.width),
      windows: .init(
        height: size.window.y, width: size.window.x, down: size.shift.y, right: size.shift.x,
        masksRegions: size.masks),
      layout: .init(
        featureChannels: channels, valueChannels: size.hasOtherValues ? width + 1 : channels,
        resultChannels: resultChannels, queries: 0, keys: keys, values: values, result: 1, headStep: size.headDim),
      heads: size.heads, headDim: size.headDim, isCosine: size.isCosine, dropout: nil)
    let (map1, map2, scale) = (GuardedBuffer(features), GuardedBuffer(others), GuardedBuffer(factors))
    let transposed = GuardedBuffer(unwritten: kernel.biasCount), biases = bias.map { GuardedBuffer($0) }
    if let biases { kernel.transposeBias(biases.pointer, into: transposed.pointer) }
    let input = WindowAttentionKernel.Input(
      features: map1.pointer, values: size.hasOtherValues ? map2.pointer : map1.pointer, factors: scale.pointer,
      bias: bias == nil ? nil : UnsafePointer(transposed.pointer))
    func memory() -> WorkMemory { WorkMemory(scratch: kernel.scratchCount, pieces: kernel.pieces) }

    let arguments = [features, others, factors] + (bias.map { [$0] } ?? []), expected = twin(arguments)
    /// The values that the heads read or write, at their channels of a wider map.
    func spread(_ values: [Double], channels: Int, to wide: Int, at first: Int) -> [Double?] {
      (0..<values.count / channels * wide).map { place in
        let c = place % wide - first
        return c >= 0 && c < channels ? values[place / wide * channels + c] : nil
      }
    }
    let statistics = GuardedBuffer(unwritten: kernel.statisticsCount)
    let y = GuardedBuffer(unwritten: expected.pixels * resultChannels)
    for saved in [nil, statistics.pointer] {
      let work = memory()
      kernel.forward(input, into: y.pointer, statistics: saved, scratch: work.scratch)
      y.expect(spread(expected.values, channels: width, to: resultChannels, at: 1))
    }

    let dy = random("dy", expected.shape)
    let wide = spread(dy.values, channels: width, to: resultChannels, at: 1).map { Float($0 ?? .nan) }
    let gradient = GuardedBuffer(wide), wanted = gradients(of: twin, at: arguments, seed: dy)
    for accumulate in [false, true] {
      let dFeatures = GuardedBuffer(result: features.values.count, accumulate: accumulate)
      let dValues = GuardedBuffer(result: others.values.count, accumulate: accumulate)
      let count = kernel.gradientCount(hasBias: size.hasBias), sums = SumsMemory(count), work = memory()
      kernel.backward(
        input, statistics: statistics.pointer, y: y.pointer, dy: gradient.pointer,
        into: .init(
          features: dFeatures.pointer, values: size.hasOtherValues ? dValues.pointer : dFeatures.pointer,
          accumulatesFeatures: accumulate, accumulatesValues: accumulate), scratch: work.scratch, sums: sums.sums)
      func read(_ wanted: [Double], of channels: Int, unread: (Int) -> Bool) -> [Double?] {
        wanted.enumerated().map { unread($0 % channels) ? nil : $1 }
      }
      dFeatures.expect(read(wanted[0], of: channels) { $0 == channels - 1 }, within: 2e-5, ofAtLeast: 0.01)
      if size.hasOtherValues { dValues.expect(read(wanted[1], of: width + 1) { $0 == 0 }, within: 2e-5) }
      if size.isCosine { sums.expect(prefix: wanted[2], within: 2e-5) }
      if let bias {
        let dBias = GuardedBuffer(result: bias.values.count, accumulate: true)
        kernel.addBiasGradient(sums.pointer + size.heads, to: dBias.pointer)
        dBias.expect(wanted[3], within: 2e-5)
      }
    }
  }

  /// Entries of the maps that a mask drops, by a key whose choices are known from a row of ones.
  @Test func droppedEntries() {
    let (tokens, headDim, stride) = (4, 3, 16), mask = DropoutMask(rate: 0.5, key: 11)
    let qkv = random("qkv", [1, 2, 2, 9]), count = tokens * stride
    let ones = GuardedBuffer([Float](repeating: 1, count: count)), kept = GuardedBuffer(unwritten: count)
    mask.apply(ones.pointer, kept.pointer, count: count, accumulate: false)
    let group = Twin.AttentionGroup(
      heads: 1, headDim: headDim, queries: 0, keys: 3, values: 6, headStep: 3, window: (2, 2), shift: (0, 0),
      masksRegions: false)
    let expected = Twin.windowAttention(
      qkv, values: qkv, groups: [group], bias: nil, factor: { _ in 0.5 }, isCosine: false,
      kept: { Double(kept.values[$0[3] * stride + $0[4]]) })
    let kernel = WindowAttentionKernel(
      map: MapSize(images: 1, height: 2, width: 2),
      windows: .init(height: 2, width: 2, down: 0, right: 0, masksRegions: false),
      layout: .init(
        featureChannels: 9, valueChannels: 9, resultChannels: 3, queries: 0, keys: 3, values: 6, result: 0,
        headStep: 3),
      heads: 1, headDim: headDim, isCosine: false, dropout: mask)
    let map = GuardedBuffer(qkv), factor = GuardedBuffer([0.5]), y = GuardedBuffer(unwritten: 12)
    let work = WorkMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
    kernel.forward(
      .init(features: map.pointer, values: map.pointer, factors: factor.pointer, bias: nil), into: y.pointer,
      statistics: nil, scratch: work.scratch)
    y.expect(expected.values)
    #expect(kept.values.contains(0) && kept.values.contains(2))
  }

  @Test(arguments: [(1, 1, 1, 1), (2, 9, 2, 3), (1, 300, 1, 5), (1, 20, 2, 17)])
  func channelAttention(images: Int, pixels: Int, heads: Int, headDim: Int) {
    let channels = heads * headDim,
      kernel = ChannelAttentionKernel(
        images: images, pixels: pixels, heads: heads, headDim: headDim)
    let qkv = random("qkv", [images, pixels, 3 * channels])
    let scale = random("scale", [heads], spread: 0.3, centre: 3), dy = random("dy", [images, pixels, channels])
    func twin(_ v: [DoubleTensor]) -> DoubleTensor { Twin.channelAttention(v[0], heads: heads, scale: v[1]) }
    let (input, scales, gradient) = (GuardedBuffer(qkv), GuardedBuffer(scale), GuardedBuffer(dy))
    let statistics = GuardedBuffer(unwritten: kernel.statisticsCount)
    let memory = GuardedBuffer(unwritten: kernel.memoryCount), y = GuardedBuffer(unwritten: dy.values.count)
    kernel.forward(
      input.pointer, scale: scales.pointer, into: y.pointer, statistics: statistics.pointer, memory: memory.pointer)
    y.expect(twin([qkv, scale]).values)
    let wanted = gradients(of: twin, at: [qkv, scale], seed: dy)
    for accumulate in [false, true] {
      let dqkv = GuardedBuffer(result: qkv.values.count, accumulate: accumulate)
      let dScale = GuardedBuffer(result: heads, accumulate: true)
      let memory = GuardedBuffer(unwritten: kernel.memoryCount)
      kernel.backward(
        input.pointer, scale: scales.pointer, statistics: statistics.pointer, dy: gradient.pointer,
        dqkv: dqkv.pointer, accumulate: accumulate, dScale: dScale.pointer, memory: memory.pointer)
      dqkv.expect(wanted[0], within: 2e-5, ofAtLeast: 0.01)
      dScale.expect(wanted[1], within: 2e-5, ofAtLeast: 0.1)
    }
  }

  @Test(arguments: [1, 2, 5], [1, 3]) func relativePosition(window: Int, heads: Int) {
    let position = RelativePosition(window: window, heads: heads), side = 2 * window - 1, tokens = window * window
    let stride = paddedToVector(tokens), table = random("table", [side * side, heads]), source = GuardedBuffer(table)
    var terms = LinearTerms(inputs: table.values.count, outputs: position.count)
    for head in 0..<heads {
      for (key, query) in (0..<tokens).flatMap({ key in (0..<tokens).map { (key, $0) } }) {
        let dy = query / window - key / window + window - 1, dx = query % window - key % window + window - 1
        terms.add((dy * side + dx) * heads + head, to: (head * tokens + key) * stride + query)
      }
    }
    let bias = GuardedBuffer(unwritten: position.count), dTable = GuardedBuffer(result: terms.inputs, accumulate: true)
    position.expand(source.pointer, into: bias.pointer)
    bias.expect(terms(table).map { Double(Float(M_LOG2E) * Float($0)) }, within: 0)
    let dBias = random("dBias", [position.count]), gradient = GuardedBuffer(dBias)
    position.addGradient(gradient.pointer, to: dTable.pointer)
    dTable.expect(terms.transposed(dBias))
  }
}
