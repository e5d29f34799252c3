import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// What memory held before must not matter: kernels read whole vectors past the end of a row, and their scratch is
/// never cleared. The pool is the whole process's, so this is a process of its own.
@Suite struct GarbageTests {
  @Test func notANumberInFreedMemoryGoesNowhere() async {
    await #expect(processExitsWith: .success) {
      let checks =
        OperationCheck.large + [
          .layerNorm([3, 5, 20], residual: true), .layerNorm([9, 33], residual: false),
          .feedForward([2, 3, 4, 20], hidden: 36), .feedForward([2, 3, 4, 20], hidden: 36, branch: true, keeps: true),
          .attention(height: 6, width: 9, spatial: 1, channel: 2, headDim: 5, window: 3, shift: 1, helper: true),
          .mobiVari(height: 5, width: 7, inputs: 20, outputs: 20, expanded: 28, groups: 4),
          .joinedMobiVari(height: 8, width: 12, parts: [(6, 1), (4, 2), (2, 4)], outputs: 12, expanded: 16, groups: 4),
        ]
      fillFreedMemory(with: 0)
      let results = checks.map { $0.bits() }
      for (check, clean) in zip(checks, results) {
        fillFreedMemory(with: .nan)
        #expect(check.bits() == clean, "\(check)")
      }
    }
  }
}

/// Leaves blocks of all sizes up to 8 MB behind, several of each, that hold nothing but this value.
private func fillFreedMemory(with value: Float) {
  let sizes = (4..<21).flatMap { power in [4, 5, 6, 7].map { $0 * (1 << power) / 4 } }
  _ = (0..<6).flatMap { _ in sizes.map { Tensor(repeating: value, [$0]) } }
}
