import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Softmax and the normalisations, with and without parameters, with epsilons that matter.
@Suite struct NormalizationTests {
  @Test(arguments: [
    OperationCheck.softmax([3, 5], axis: -1), .softmax([9, 33], axis: 1), .softmax([2, 16], axis: 1),
    .softmax([5, 7, 3], axis: 1), .softmax([5, 33], axis: 0), .softmax([2, 3, 4, 20], axis: 1),
    .softmax([4, 1], axis: 1),
    .softmax([7], axis: 0), .softmax([17, 70], axis: 1, spread: 20), .softmax([3, 5], axis: -1, logarithm: true),
    .softmax([9, 33], axis: 1, logarithm: true), .softmax([5, 7, 3], axis: 1, logarithm: true),
    .softmax([5, 33], axis: 0, logarithm: true, spread: 20), .softmax([4, 1], axis: 1, logarithm: true),
    .unitLength([3, 5], axis: -1), .unitLength([9, 33], axis: 1), .unitLength([5, 7, 3], axis: 1),
    .unitLength([5, 33], axis: 0), .unitLength([4, 2], axis: 1, epsilon: 1.5),
    .unitLength([2, 5, 3], axis: 1, epsilon: 2),
  ])
  func alongAnAxis(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: OperationCheck.Affine.allCases)
  func rows(_ affine: OperationCheck.Affine) {
    let checks = [
      OperationCheck.rowNorm([1, 3, 5, 20], affine), .rowNorm([9, 33], affine, epsilon: 0.3),
      .rowNorm([2, 3, 16], affine, subtractsMean: false),
      .rowNorm([9, 33], affine, epsilon: 0.3, subtractsMean: false),
      .rowNorm([5, 4], affine, subtractsMean: false, spread: 5e-3), .rootMeanSquare([3, 7, 5], affine),
      .rootMeanSquare([9, 33], affine, epsilon: 0.3),
    ]
    // What has no bias takes none.
    for check in checks where !(check.description.hasPrefix("rms") && (affine == .bias || affine == .both)) {
      #expect(check.faults() == [], "\(check)")
    }
  }

  @Test(arguments: OperationCheck.Affine.allCases)
  func overPixels(_ affine: OperationCheck.Affine) {
    let checks = [
      OperationCheck.group([2, 3, 5, 12], groups: 3, affine), .group([1, 7, 20], groups: 1, affine, epsilon: 0.3),
      .group([3, 6], groups: 2, affine), .group([2, 2, 2, 18], groups: 18, affine), .instance([2, 3, 5, 20], affine),
      .instance([1, 4, 4, 3], affine, centre: 100), .batch([3, 2, 5, 20], affine),
      .batch([2, 1], affine, epsilon: 0.3),
      .evaluatedBatch([2, 3, 5, 20], affine), .evaluatedBatch([1, 3], affine, epsilon: 0.3),
    ]
    for check in checks { #expect(check.faults() == [], "\(check)") }
  }

  /// As in PyTorch: the running variance is over one less than the values.
  @Test func batchNormalisationMovesRunningStatistics() {
    let x = Variable(constant: Tensor([1, 10, 2, 20, 3, 60], [3, 2]))
    let mean = Tensor([0, 1], [2]), variance = Tensor([1, 1], [2])
    let statistics = batchNorm(x).statistics
    statistics.update(mean: mean, variance: variance, momentum: 0.1)
    #expect(relativeError(mean, Tensor([0.2, 3.9], [2])) < 1e-6)
    #expect(relativeError(variance, Tensor([0.9 + 0.1 * 1, 0.9 + 0.1 * 700], [2])) < 1e-6)
  }

  /// Far apart and far from zero, logits give no infinity and no zero sum.
  @Test func softmaxIsStable() {
    let x = Variable(constant: Tensor([1e4, 1e4 - 1, -1e4, -1e4, -1e4, -1e4 - 1], [2, 3]))
    let y = softmax(x).value.array,
      expected: [Float] = [0.731_058_6, 0.268_941_4, 0, 0.422_318_8, 0.422_318_8, 0.155_362_4]
    for (value, expected) in zip(y, expected) { #expect(abs(value - expected) < 1e-6) }
  }

  /// A masked element, minus infinity, has no weight and no gradient; a NaN shows in all of its line.
  @Test(arguments: [0, 1])
  func softmaxOfSpecialValues(axis: Int) {
    let values: [Float] = [0, -.infinity, -200, 0, .nan, 1]
    // Lines along the last axis, or across it.
    let rows = Tensor(axis == 1 ? values : [0, 0, -.infinity, .nan, -200, 1], axis == 1 ? [2, 3] : [3, 2])
    func line(_ tensor: Tensor, _ number: Int) -> [Float] {
      (0..<3).map { tensor.array[axis == 1 ? 3 * number + $0 : 2 * $0 + number] }
    }
    let gradient = Tensor(zeros: rows.shape), tape = Tape()
    let y = tape.record { softmax(Variable(leaf: rows, gradient: gradient), axis: axis) }
    tape.backward(from: y, seed: Tensor([3, 5, 7, 3, 5, 7], rows.shape))
    #expect(line(y.value, 0) == [1, 0, 0])
    #expect(line(gradient, 0) == [0, 0, 0])
    #expect(line(y.value, 1).allSatisfy { $0.isNaN })
    let logarithms = logSoftmax(Variable(constant: rows), axis: axis).value
    #expect(line(logarithms, 0) == [0, -.infinity, -200])
    #expect(line(logarithms, 1).allSatisfy { $0.isNaN })
  }
}
