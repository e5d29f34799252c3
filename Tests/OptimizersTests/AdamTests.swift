import RAMiTOptimizers
import RAMiTTensorCore
import Testing

@Suite struct AdamTests {
  /// torch.optim.Adam(lr, betas=(0.9, 0.99), eps=1e-8) in float32, five steps with these gradients and rates.
  static let start: [Float] = [0.5, -1.25, 0.001, 3.0, -0.0625, 0.0]
  static let rates = [0.0, 1e-4, 4e-4, 4e-4, 2e-4]
  static let gradients: [[Float]] = [
    [1.5409960746765137, -0.0293428897857666, -0.002178789582103491, 5.68431282043457, -1.0845224096556194e-06, 0],
    [0.40334683656692505, 0.08380263298749924, -0.0007192576304078102, -4.033435344696045, -5.966353455733042e-07, 0],
    [-0.8566746115684509, 0.11006041616201401, -0.0010711874347180128, 1.2270123958587646, -5.663175102199602e-07, 0],
    [-0.8919953107833862, -0.15091077983379364, 0.00037039356539025903, 14.565025329589844, 9.398099223290046e-07, 0],
    [0.19186942279338837, 0.12637947499752045, -0.0012904350878670812, -7.911026954650879, -2.0879474149637645e-08, 0],
  ]
  static let torchValues: [[Float]] = [
    [0.5, -1.25, 0.0010000000474974513, 3.0, -0.0625, 0.0],
    [0.4999161660671234, -1.250048041343689, 0.0010871209669858217, 2.999988317489624, -0.06240637227892876, 0.0],
    [0.49980923533439636, -1.2503396272659302, 0.0014397975755855441, 2.999908447265625, -0.06203800439834595, 0.0],
    [0.4998338520526886, -1.2503336668014526, 0.0016923799412325025, 2.9996719360351562, -0.061920665204524994, 0.0],
    [0.4998338520526886, -1.250388264656067, 0.0018369315657764673, 2.9996297359466553, -0.06186967343091965, 0.0],
  ]
  static let torchFirst: [Float] = [
    2.546565701777581e-05, 0.012154897674918175, -0.0003778585232794285, 0.698047935962677, -7.802700707770782e-08, 0,
  ]
  static let torchSecond: [Float] = [
    0.039827536791563034, 0.0005803170497529209, 7.98768624576951e-08, 3.2090213298797607, 2.664422603718391e-14, 0,
  ]

  @Test func equalsPyTorch() {
    let values = Tensor(Self.start, [6])
    let adam = Adam(count: 6)
    for step in 0..<5 {
      adam.step(values, gradients: Tensor(Self.gradients[step], [6]), learningRate: Self.rates[step])
      expectClose(values.array, Self.torchValues[step])
    }
    expectClose(adam.secondMoment.array, Self.torchSecond)
    expectClose(adam.firstMoment.array, Self.torchFirst)
    #expect(adam.steps == 5)
  }

  /// torch.optim.AdamW and torch.optim.Adam with weight_decay=0.1, the same steps.
  static let torchDecayed: [WeightDecay: [Float]] = [
    .decoupled: [
      0.4997788369655609, -1.2502508163452148, 0.0018367866287007928, 2.9992997646331787, -0.06186283007264137, 0.0,
    ],
    .l2: [
      0.4997847378253937, -1.249183177947998, 0.0017935222713276744, 2.999580144882202, -0.06140030920505524, 0.0,
    ],
  ]

  @Test(arguments: WeightDecay.allCases) func weightDecayEqualsPyTorch(kind: WeightDecay) throws {
    var configuration = AdamConfiguration()
    configuration.weightDecay = 0.1
    configuration.weightDecayKind = kind
    let values = Tensor(Self.start, [6])
    let adam = Adam(count: 6, configuration)
    for step in 0..<5 {
      adam.step(values, gradients: Tensor(Self.gradients[step], [6]), learningRate: Self.rates[step])
    }
    let expected = try #require(Self.torchDecayed[kind])
    for (value, expected) in zip(values.array, expected) { #expect(abs(value - expected) <= 5e-7 * abs(expected)) }
  }

  private func expectClose(_ values: [Float], _ expected: [Float]) {
    for (value, expected) in zip(values, expected) {
      #expect(abs(value - expected) <= 1.2e-7 * abs(expected), "\(value) is not \(expected)")
    }
  }
}
