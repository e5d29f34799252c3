import RAMiTAutograd
import RAMiTNN
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Layers with two bodies: the fast one does what the definition says.
struct FusedLayerTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let shape: Shape
    let make: @Sendable (ParameterScope) -> any FusedLayer

    init(_ name: String, _ shape: Shape, _ make: @escaping @Sendable (ParameterScope) -> any FusedLayer) {
      (description, self.shape, self.make) = (name, shape, make)
    }
  }

  static let cases = [
    Case("MLP", [2, 3, 5, 12]) { MLP($0, channels: 12, hidden: 30) },
    Case("MLP with ReLU", [7, 5]) { MLP($0, channels: 5, hidden: 3, activation: .relu) },
    Case("attention", [2, 16, 8, 12]) { WindowAttention($0, channels: 12, heads: 2, window: 8) },
    Case("attention in shifted windows", [1, 12, 16, 9]) {
      WindowAttention($0, channels: 9, heads: 3, window: 4, shift: 2)
    },
    Case("cosine attention", [1, 10, 5, 16]) {
      WindowAttention($0, channels: 16, heads: 3, window: 5, shift: 1, similarity: .cosine)
    },
    Case("cosine attention of pairs", [3, 4, 6, 10]) {
      WindowAttention($0, channels: 10, heads: 2, window: 2, similarity: .cosine)
    },
    Case("attention of single pixels", [1, 2, 3, 4]) { WindowAttention($0, channels: 4, heads: 1, window: 1) },
  ]

  @Test(arguments: cases)
  func bothBodiesAgree(_ layer: Case) {
    let scope = ParameterScope(seed: 1), model = layer.make(scope), store = ParameterStore(scope)
    var random = RandomNumbers(seed: 2)
    for i in 0..<store.count { store.values.pointer[i] += random.uniform() - 0.5 }
    let x = Tensor((0..<layer.shape.count).map { _ in 2 * random.uniform() - 1 }, layer.shape)
    let difference = largestDifference(
      between: { model($0) }, and: { model.composed($0, context: nil) }, at: x,
      gradients: store.parameters.map(\.gradient))
    #expect(difference < 1e-4)
  }

  /// A norm and a sum that are fused with a layer give what they give by themselves.
  @Test(
    arguments: [
      (epsilon: 1e-5, hasParameters: true, subtractsMean: true), (0.3, true, true), (1e-5, false, true),
      (0.3, true, false),
    ] as [(epsilon: Float, hasParameters: Bool, subtractsMean: Bool)])
  func normsAndSumsAreFusedAsTheyAre(_ kind: (epsilon: Float, hasParameters: Bool, subtractsMean: Bool)) {
    let scope = ParameterScope(seed: 1)
    let norm = LayerNorm(
      scope / "norm", channels: 12, epsilon: kind.epsilon, hasWeight: kind.hasParameters, hasBias: kind.hasParameters,
      subtractsMean: kind.subtractsMean)
    let mlp = MLP(scope / "mlp", channels: 12, hidden: 20)
    let attention = WindowAttention(scope / "attention", channels: 12, heads: 2, window: 4, shift: 1)
    let store = ParameterStore(scope)
    var random = RandomNumbers(seed: 2)
    for i in 0..<store.count { store.values.pointer[i] += random.uniform() - 0.5 }
    let x = Tensor((0..<8 * 4 * 12).map { _ in 2 * random.uniform() - 1 }, [1, 8, 4, 12])
    let difference = largestDifference(
      between: { mlp.fused(attention.fused($0, norm: norm, addsInput: true), norm: norm, addsInput: true) },
      and: { x in
        let mixed = x + attention.composed(norm(x), context: nil)
        return mixed + mlp.composed(norm(mixed), context: nil)
      }, at: x, gradients: store.parameters.map(\.gradient))
    #expect(difference < 1e-4)
  }
  @Test(arguments: [true, false])
  func aSumIsFusedWithANormAsItIs(subtractsMean: Bool) {
    let scope = ParameterScope(seed: 1)
    let norm = LayerNorm(scope, channels: 12, epsilon: 0.3, subtractsMean: subtractsMean)
    let store = ParameterStore(scope)
    var random = RandomNumbers(seed: 2)
    for i in 0..<store.count { store.values.pointer[i] += random.uniform() - 0.5 }
    let maps = (0..<2).map { _ in Tensor((0..<5 * 12).map { _ in 2 * random.uniform() - 1 }, [5, 12]) }
    let difference = largestDifference(
      between: { [norm.fused($0[0], adding: $0[1])] }, and: { [norm($0[0]) + $0[1]] }, at: maps,
      gradients: store.parameters.map(\.gradient))
    #expect(difference < 1e-4)
  }
}
