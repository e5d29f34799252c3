import RAMiTAutograd
import RAMiTTensorCore
import Testing

/// Observed maps, times the values, are what the operations compute.
@Suite struct AttentionObserverTests {
  private func numbers(_ shape: Shape, _ seed: Int) -> Variable {
    Variable(constant: Tensor((0..<shape.count).map { Float(($0 * 73 + seed * 31) % 101) / 50 - 1 }, shape))
  }

  /// The parts that a computation tells, with what `body` makes of each while the operands exist.
  private func observe<Value>(_ body: (ObservedAttention) -> Value, _ computation: () -> Variable) -> ([Value], Tensor)
  {
    var found: [Value] = []
    let y = AttentionObserver.run({ found.append(body($0)) }, computation: computation)
    return (found, y.value)
  }

  /// All windows' maps times values, at the channels from `first` on, against the result.
  private func check(
    _ maps: [(head: Int, places: [(y: Int, x: Int)], map: [Float])], values: (_ head: Int) -> Int, of v: Tensor,
    headDim: Int, result y: Tensor, from first: Int, scaledBy factor: (_ pixel: Int) -> Float = { _ in 1 }
  ) {
    let width = y.shape[2]
    for (head, places, map) in maps {
      for (query, place) in places.enumerated() {
        for c in 0..<headDim {
          let sum = places.enumerated().reduce(Float(0)) { sum, key in
            let pixel = key.element.y * width + key.element.x
            return sum + map[query * places.count + key.offset]
              * v.pointer[pixel * v.shape.last + values(head) + c] * factor(pixel)
          }
          let found = y.pointer[(place.y * width + place.x) * y.shape.last + first + head * headDim + c]
          #expect(abs(sum - found) < 1e-4)
        }
      }
    }
  }

  /// Every window of every head.
  private func maps(_ attention: ObservedAttention) -> [(head: Int, places: [(y: Int, x: Int)], map: [Float])] {
    guard case .spatial(let height, let width, _, _) = attention.kind else { return [] }
    return (0..<attention.heads).flatMap { head in
      (0..<attention.height / height).flatMap { row in
        (0..<attention.width / width).map { column in
          (
            head, attention.places(row: row, column: column),
            attention.spatialMap(head: head, row: row, column: column)
          )
        }
      }
    }
  }

  @Test(arguments: [(0, true), (2, true), (2, false)]) func windows(shift: Int, masks: Bool) {
    let qkv = numbers([1, 8, 12, 3 * 10], 1), bias = numbers([2, 16, 16], 2), scale = numbers([2], 3)
    for isCosine in [false, true] {
      let (found, y) = observe({ (self.maps($0), $0.window(y: 1, x: 2)) }) {
        windowAttention(
          qkv, heads: 2, window: 4, shift: shift, masksRegions: masks, positionBias: bias,
          scale: isCosine ? .cosine(scale) : nil)
      }
      #expect(found.count == 1 && found[0].0.count == 12)
      check(found[0].0, values: { 20 + $0 * 5 }, of: qkv.value, headDim: 5, result: y, from: 0)
      let (row, column) = found[0].1
      // Shifted windows begin at (2, 2): (1, 2) has come from the top to the last row.
      #expect([row, column] == (shift == 0 ? [0, 0] : [1, 0]))
    }
  }

  @Test func groups() {
    let features = numbers([1, 8, 8, 12], 1)
    let groups = [2, 4].enumerated().map { index, window in
      AttentionGroup(
        heads: 1, headDim: 3, queries: index * 6, keys: index * 6, values: index * 6 + 3, windowHeight: window,
        windowWidth: window, shiftDown: 1, shiftRight: 1)
    }
    let (found, y) = observe(maps) { windowAttention(features, groups: groups, scale: .constant(1)) }
    #expect(found.map(\.count) == [16, 4])
    for group in 0..<2 {
      check(found[group], values: { _ in group * 6 + 3 }, of: features.value, headDim: 3, result: y, from: group * 3)
    }
  }

  @Test func channels() {
    let qkv = numbers([1, 3, 4, 3 * 8], 1), scale = numbers([2], 5)
    let (found, y) = observe({ attention in (0..<2).map { attention.channelMap(head: $0) } }) {
      channelAttention(qkv, heads: 2, scale: scale)
    }
    for pixel in 0..<12 {
      for head in 0..<2 {
        for c in 0..<4 {
          let sum = (0..<4).reduce(Float(0)) {
            $0 + found[0][head][c * 4 + $1] * qkv.value.pointer[pixel * 24 + 16 + head * 4 + $1]
          }
          #expect(abs(sum - y.pointer[pixel * 8 + head * 4 + c]) < 1e-4)
        }
      }
    }
  }

  /// Both kinds of heads of a block, without projections.
  @Test func reciprocal() {
    let x = numbers([1, 8, 8, 12], 1)
    func projection(_ width: Int) -> PointwiseParameters {
      let identity = (0..<width * width).map { Float($0 % (width + 1) == 0 ? 1 : 0) }
      return PointwiseParameters(
        weight: Variable(constant: Tensor(identity, [width, width])), bias: Variable(constant: Tensor(zeros: [width])))
    }
    let layer = PointwiseParameters(weight: numbers([36, 12], 7), bias: numbers([36], 8))
    let parameters = ReciprocalAttentionParameters(
      qkv: layer,
      spatial: .init(logitScale: numbers([2, 1, 1], 9), biasTable: numbers([49, 2], 10), projection: projection(8)),
      channel: .init(logitScale: numbers([1, 1, 1], 11), projection: projection(4)))
    let (found, y) = observe({ ($0.kind, self.maps($0), $0.kind == .channel ? $0.channelMap(head: 0) : []) }) {
      reciprocalAttention(x, previous: nil, parameters, window: 4, shift: 2)
    }
    #expect(found.count == 2 && found[1].0 == .channel)
    let qkv = linear(x, weight: layer.weight, bias: layer.bias).value
    check(found[0].1, values: { $0 * 12 + 8 }, of: qkv, headDim: 4, result: y, from: 0)
    for pixel in 0..<64 {
      for c in 0..<4 {
        let sum = (0..<4).reduce(Float(0)) { $0 + found[1].2[c * 4 + $1] * qkv.pointer[pixel * 36 + 32 + $1] }
        #expect(abs(sum - y.pointer[pixel * 12 + 8 + c]) < 1e-4)
      }
    }
  }

  @Test func metaTensorsAreObservedWithoutMaps() {
    let kinds = Tensor.withMetaTensors {
      observe(\.kind) { windowAttention(numbers([1, 8, 8, 12], 1), heads: 2, window: 8) }.0
    }
    #expect(kinds == [.spatial(windowHeight: 8, windowWidth: 8, shiftDown: 0, shiftRight: 0)])
  }
}
