import RAMiTAutograd
import RAMiTTensorCore
import Testing

@Suite struct ProfilerTests {
  private static let image = Tensor(repeating: 0.5, [1, 4, 6, 3])
  private static let weight = Tensor(repeating: 0.1, [2, 3, 3, 3])
  private static let bias = Tensor(zeros: [2])

  private func leaf(_ value: Tensor) -> Variable { Variable(leaf: value, gradient: Tensor(zeros: value.shape)) }

  private func convolution(of x: Variable) -> Variable {
    conv2d(x, weight: leaf(Self.weight), bias: leaf(Self.bias), padding: 1)
  }

  /// Names, directions and shapes in the order of the computation, forward and backward.
  @Test func lapsInOrder() {
    let spans = Profiler.spans {
      let tape = Tape()
      tape.backward(from: tape.record { leakyReLU(convolution(of: leaf(Self.image))) })
      Profiler.update("step", shape: [10], passes: 7)
    }
    #expect(spans.map(\.name) == ["conv2d", "leakyReLU", "leakyReLU", "conv2d", "step"])
    #expect(spans.map(\.direction) == [.forward, .forward, .backward, .backward, .update])
    #expect(spans[0].shape == [1, 4, 6, 2] && spans[4].work.bytes == 280)
    #expect(spans.allSatisfy { $0.seconds >= 0 })
  }

  /// 4 x 6 pixels, 54 weights; a multiply-add is two operations, and an image that wants no gradient saves half of the
  /// backward pass.
  @Test(arguments: [true, false]) func workOfAConvolution(imageWantsGradient: Bool) {
    let spans = Profiler.spans {
      let tape = Tape()
      let x = imageWantsGradient ? leaf(Self.image) : Variable(constant: Self.image)
      tape.backward(from: tape.record { convolution(of: x) })
    }
    #expect(spans.map(\.work.floatingPointOperations) == [2592, imageWantsGradient ? 5184 : 2592])
    let elements = 24 * 3 + 54 + 2 + 24 * 2
    let bytes = Double(4 * elements), image = Double(4 * 24 * 3)
    #expect(spans.map(\.work.bytes) == [bytes, imageWantsGradient ? bytes : bytes - image])
  }

  /// The spans of a computation cover its time: none of it is lost between them.
  @Test func lapsCoverTheTime() {
    let clock = ContinuousClock()
    var spans: [Profiler.Span] = []
    let elapsed = clock.measure {
      spans = Profiler.spans {
        var x = Variable(constant: Tensor(repeating: 1, [1, 64, 64, 64]))
        for _ in 0..<20 { x = x + x }
      }
    }
    #expect(spans.count == 20)
    #expect(spans.reduce(0) { $0 + $1.seconds } <= elapsed / .seconds(1))
  }

  /// Results do not depend on who watches, and outside of `spans` nobody does.
  @Test func watchingChangesNothing() {
    func gradient() -> [Float] {
      let tape = Tape(), gradient = Tensor(zeros: Self.image.shape)
      let x = Variable(leaf: Self.image, gradient: gradient)
      tape.backward(from: tape.record { leakyReLU(convolution(of: x)) })
      return gradient.array
    }
    var watched: [Float] = []
    let spans = Profiler.spans { watched = gradient() }
    #expect(watched == gradient())
    #expect(spans.count == 4)
  }
}
