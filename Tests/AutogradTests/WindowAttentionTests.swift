import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Window attention against its twin in double precision: head widths that fill no vectors, windows of any size, one
/// window and many.
@Suite struct WindowAttentionTests {
  @Test(arguments: [
    OperationCheck.windowAttention(height: 8, width: 16, heads: 2, headDim: 10, window: 8, shift: 4),
    .windowAttention(batch: 2, height: 8, width: 8, heads: 3, headDim: 4, window: 4, shift: 2),
    .windowAttention(height: 4, width: 12, heads: 1, headDim: 16, window: 4, bias: false),
    .windowAttention(height: 9, width: 6, heads: 2, headDim: 17, window: 3, shift: 1, bias: false),
    .windowAttention(height: 1, width: 3, heads: 2, headDim: 1, window: 1),
    .windowAttention(height: 4, width: 4, heads: 1, headDim: 33, window: 2, shift: 1, masks: false),
    .windowAttention(height: 8, width: 8, heads: 2, headDim: 8, window: 8, shift: 3, cosine: true),
    .windowAttention(batch: 3, height: 5, width: 10, heads: 2, headDim: 5, window: 5, bias: false, cosine: true),
    .windowAttention(height: 4, width: 8, heads: 2, headDim: 12, window: 4, shift: 1, masks: false, cosine: true),
    .windowAttention(height: 7, width: 14, heads: 1, headDim: 6, window: 7, shift: 3),
  ])
  func linearLayout(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.windowAttention(height: 4, width: 8, heads: 2, headDim: 6, window: 4, shift: 2, dropout: 0.3),
    .windowAttention(height: 6, width: 6, heads: 1, headDim: 20, window: 6, bias: false, cosine: true, dropout: 0.1),
    .windowAttention(height: 3, width: 3, heads: 1, headDim: 4, window: 3, bias: false, dropout: 0),
  ])
  func dropout(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.groupAttention(height: 8, width: 16, headDim: 5, windows: [2, 4, 8]),
    .groupAttention(height: 8, width: 8, headDim: 10, windows: [4, 8], isShifted: true),
    .groupAttention(batch: 2, height: 4, width: 8, headDim: 20, windows: [4], isShifted: true, others: true),
    .groupAttention(height: 12, width: 6, headDim: 3, windows: [3, 2], others: true, cosine: true),
    .groupAttention(height: 4, width: 4, headDim: 6, windows: [4, 2], isShifted: true, others: true, unread: 12),
    .mixedAttention(height: 6, width: 10),
  ])
  func groups(_ check: OperationCheck) { #expect(check.faults() == []) }

  /// As where the same channels of one map are queries, keys and values.
  @Test func aVariableMayHoldQueriesAndValues() {
    let value = Tensor((0..<64).map { Float($0 % 7) * 0.1 - 0.3 }, [1, 4, 4, 4])
    let group = AttentionGroup(
      heads: 1, headDim: 4, queries: 0, keys: 0, values: 0, windowHeight: 2, windowWidth: 2)
    func gradient(_ run: (Variable) -> Variable) -> [Float] {
      let gradient = Tensor(zeros: value.shape), tape = Tape()
      let y = tape.record { run(Variable(passing: Variable(leaf: value, gradient: gradient))) }
      tape.backward(from: y, seed: Tensor((0..<64).map { Float($0 % 5) }, [1, 4, 4, 4]))
      return gradient.array
    }
    let once = gradient { windowAttention($0, groups: [group], scale: .constant(1)) }
    let twice = gradient { windowAttention($0, values: $0, groups: [group], scale: .constant(1)) }
    #expect(once == twice)
  }

  /// A query that sees nothing of a large difference still has finite weights.
  @Test func largeLogitsStayFinite() {
    let x = Variable(constant: Tensor((0..<192).map { Float(($0 * 37) % 19) * 40 - 360 }, [1, 4, 4, 12]))
    let y = windowAttention(x, heads: 2, window: 4, scale: .constant(1))
    #expect(y.value.array.allSatisfy { $0.isFinite && abs($0) <= 360 })
  }
}
