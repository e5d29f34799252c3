import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTONNX

/// What operations compute while they are traced.
struct TraceTests {
  /// A fused operation gives while it is traced, from general operations, what it gives otherwise.
  @Test(arguments: OperatorCase.all) func tracedOperationsGiveTheSame(_ operation: OperatorCase) throws {
    let model = operation.model, input = images(height: 12, width: 16, channels: 3)
    let expected = model(Variable(constant: input)).value
    var traced = expected
    let trace = GraphTrace(of: input) { images in
      let result = model(images)
      traced = result.value
      return result
    }
    #expect(relativeError(traced, expected) < 1e-5)
    #expect(trace.refused.isEmpty)
    for node in trace.nodes {
      if case .other(let name) = node.operation { Issue.record("\(name) does not describe itself") }
    }
  }

  @Test func expressionsAreFoundFromCorners() {
    let base = InputSize(images: 1, rows: 2, columns: 5)
    func f(_ size: InputSize) -> Int {
      3 + 2 * size.images - size.rows + 7 * size.columns * size.rows - 4 * size.images * size.rows * size.columns
    }
    let expression = SizeExpression(SizeExpression.corners(from: base).map(f), base: base)
    for size in [base, InputSize(images: 7, rows: 1, columns: 1), InputSize(images: 2, rows: 30, columns: 11)] {
      #expect(expression.value(at: size) == f(size))
    }
    #expect(expression.factors == [3, 2, -1, 0, 0, 0, 7, -4] && expression.constant == nil)
    #expect(SizeExpression(Array(repeating: 6, count: 8), base: base) == SizeExpression(6))
  }

  /// The mask that general operations compute is the one that is written down.
  @Test(arguments: [(8, 4, 4, 2), (6, 9, 3, 1), (4, 4, 4, 3)])
  func regionsAreMasked(height: Int, width: Int, window: Int, shift: Int) {
    let computed = regionMask(height: height, width: width, window: IntPair(window), shift: IntPair(shift)).value
    let written = WindowAttention.shiftMask(height: height, width: width, window: window, shift: shift)
    #expect(computed.shape == written.shape && computed.array == written.array)
  }

  /// Nothing of a trace stays behind: an operation after it reuses memory as before.
  @Test func aTraceEnds() {
    #expect(!GraphTrace.isRecording)
    _ = GraphTrace(of: Tensor(repeating: 1, [1, 2, 2, 3])) { images in
      #expect(GraphTrace.isRecording)
      return images + 1
    }
    #expect(!GraphTrace.isRecording)
  }
}
