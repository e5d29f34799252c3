import RAMiTOptimizers
import RAMiTParallel
import RAMiTTensorCore
import Testing

@Suite struct GradientTests {
  @Test func normIsEuclideanOverTheRanges() {
    let gradients = Tensor([3, -4, 12, 1e20, 84], [5])
    #expect(gradients.norm(in: [0..<3]) == 13)
    #expect(gradients.norm(in: [0..<3, 4..<5]) == 85)
    #expect(abs(gradients.norm() / 1e20 - 1) < 1e-6)
    #expect(Tensor([1, .infinity], [2]).norm() == .infinity && Tensor([1, .nan], [2]).norm().isNaN)
  }

  @Test func clippingKeepsTheDirection() {
    let gradients = Tensor([3, -4, 12, 7], [4])
    gradients.clip(norm: gradients.norm(in: [0..<3]), to: 6.5, in: [0..<3])
    #expect(gradients.array == [1.5, -2, 6, 7])
    gradients.clip(norm: gradients.norm(in: [0..<3]), to: 6.5, in: [0..<3])
    #expect(gradients.array == [1.5, -2, 6, 7])
    gradients.clip(norm: gradients.norm(), to: 1)
    #expect(abs(gradients.norm() - 1) < 1e-6)
  }

  @Test func averageKeepsItsShare() {
    let parameters = Tensor([1, -2], [2])
    let average = ExponentialMovingAverage(of: parameters, decay: 0.9)
    parameters.pointer[0] = 3
    // The first steps keep 1/10, 2/11, ...
    average.update(with: parameters, step: 0)
    #expect(abs(average.values.array[0] - 2.8) < 1e-6 && average.values.array[1] == -2)
    average.update(with: parameters, step: 1)
    #expect(abs(average.values.array[0] - (2.8 + 0.2 * 9 / 11)) < 1e-6)
    // Later ones the decay.
    parameters.pointer[0] = average.values.array[0] + 1
    let before = average.values.array[0]
    average.update(with: parameters, step: 1000)
    #expect(abs(average.values.array[0] - before - 0.1) < 1e-6)
  }
}
