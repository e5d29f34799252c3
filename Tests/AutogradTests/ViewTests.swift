import RAMiTAutograd
import RAMiTTensorCore
import Testing

/// Views share memory with what they were made from: neither is overwritten while the other lives, and gradients of
/// both arrive.
@Suite struct ViewTests {
  private func counted(_ shape: Shape) -> Variable {
    Variable(constant: Tensor((0..<shape.count).map(Float.init), shape))
  }

  @Test func reshapingAndOutermostSlicesCopyNothing() {
    let x = counted([4, 3, 2])
    #expect(x.reshaped([-1, 2]).value.pointer == x.value.pointer)
    #expect(x.sliced(axis: 0, 1..<3).value.pointer == x.value.pointer + 6)
    #expect(x.unsqueezed(axis: 1).sliced(axis: 0, at: 3).value.pointer == x.value.pointer + 18)
    #expect(x.unsqueezed(axis: 0).permuted([1, 0, 2, 3]).value.pointer == x.value.pointer)
    #expect(x.sliced(axis: 0, at: 2).unsqueezed(axis: 0).sliced(axis: 1, 1..<2).value.pointer == x.value.pointer + 14)
    #expect(x.flattened(1...2).shape == [4, 6] && x.flattened(0...2).shape == [24])
    #expect(x.unsqueezed(axis: -1).shape == [4, 3, 2, 1] && x.unsqueezed(axis: 3).squeezed(axis: -1).shape == x.shape)
  }

  @Test func aViewGivenAwayLeavesItsBase() {
    let x = counted([4, 6])
    let view = x.reshaped([6, 4])
    let doubled = consume view + counted([6, 4])
    #expect(doubled.value.pointer != x.value.pointer)
    let part = x.sliced(axis: 0, 1..<2)
    let softened = softmax(consume part)
    #expect(softened.value.pointer != x.value.pointer + 6)
    #expect(x.value.array == (0..<24).map(Float.init))
  }

  @Test func aBaseGivenAwayLeavesItsViews() {
    let x = counted([4, 6])
    let view = x.reshaped([24]), part = x.sliced(axis: 0, 2..<4)
    let doubled = consume x + counted([4, 6])
    #expect(doubled.value.pointer != view.value.pointer)
    #expect(view.value.array == (0..<24).map(Float.init) && part.value.array == (12..<24).map(Float.init))
  }

  /// Two parts of one tensor, of which the first is overwritten only when the second is gone.
  @Test func partsOfOneTensorKeepEachOther() {
    var parts = counted([4, 6]).split(axis: 0, parts: 2)
    let second = parts.removeLast(), first = parts.removeLast(), place = first.value.pointer
    let kept = l2Normalize(consume first)
    #expect(kept.value.pointer != place && second.value.array == (12..<24).map(Float.init))
  }

  @Test func theLastViewIsOverwritten() {
    let x = counted([4, 6]), place = x.value.pointer
    let view = x.reshaped([24])
    _ = consume x
    let doubled = consume view + counted([24])
    #expect(doubled.value.pointer == place && doubled.value.array == (0..<24).map { 2 * Float($0) })
  }

  /// The base, the whole view twice and a part: each use counts.
  @Test func gradientsOfAllUsesAddUp() {
    let gradient = Tensor(zeros: [2, 3]), x = Variable(leaf: Tensor([1, 2, 3, 4, 5, 6], [2, 3]), gradient: gradient)
    let tape = Tape()
    let result = tape.record {
      let y = x + x, view = y.reshaped([6])
      let product = (view * view).reshaped([2, 3])
      return concatenate([product, y, y.sliced(axis: 0, 1..<2)], axis: 0)
    }
    tape.backward(from: result)
    // 2 (2 x)^2 / x + 2, and 2 more in the second row.
    #expect(gradient.array == [10, 18, 26, 36, 44, 52])
  }

  @Test func viewsUnderCheckpointingHaveTheSameGradients() {
    func run(checkpoints: Bool) -> (value: [Float], gradient: [Float]) {
      let gradient = Tensor(zeros: [4, 6]), x = Variable(leaf: counted([4, 6]).value, gradient: gradient)
      func segment(_ inputs: [Variable]) -> [Variable] {
        let halves = inputs[0].split(axis: 0, parts: 2)
        let rows = recomputing(halves[0].reshaped([3, 4])) { softmax($0) }
        return [rows.permuted([1, 0]).reshaped([2, 6]) * halves[1], halves[0]]
      }
      let tape = Tape()
      let result = tape.record {
        let y = x + x
        let parts = checkpoints ? checkpointed([y], segment) : segment([y])
        return concatenate(parts + [y.sliced(axis: 0, 0..<1)], axis: 0)
      }
      tape.backward(from: result)
      return (result.value.array, gradient.array)
    }
    let plain = run(checkpoints: false), again = run(checkpoints: true)
    #expect(plain.value == again.value && plain.gradient == again.gradient)
  }
}
