import RAMiTAutograd
import RAMiTKernels
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import Testing

/// Dropout and stochastic depth: their statistics, their gradients, and that they are off outside training.
@Suite struct RegularizationTests {
  private func random(_ shape: Shape, seed: UInt64, scale: Float = 1) -> Tensor {
    var random = RandomNumbers(seed: seed)
    return Tensor((0..<shape.count).map { _ in scale * random.normalPair().0 }, shape)
  }

  @Test(arguments: [0.1, 0.5, 0.9]) func dropoutKeepsTheMean(rate: Double) {
    let ones = Variable(constant: Tensor(repeating: 1, [1000, 77]))
    let kept = dropout(ones, DropoutMask(rate: rate, key: 5)).value.array
    let zeros = kept.count { $0 == 0 }
    let deviation = (rate * (1 - rate) * Double(kept.count)).squareRoot()
    #expect(abs(Double(zeros) - rate * Double(kept.count)) < 5 * deviation)
    #expect(kept.allSatisfy { $0 == 0 || $0 == Float(1 / (1 - rate)) })
    // Neighbours, in a row and in a column, are independent: both are dropped with the chance rate squared.
    for step in [1, 16, 77] {
      let both = (step..<kept.count).count { kept[$0] == 0 && kept[$0 - step] == 0 }
      let expected = rate * rate * Double(kept.count - step)
      #expect(abs(Double(both) - expected) < 6 * expected.squareRoot())
    }
  }

  @Test func keysGiveOtherMasks() {
    let ones = Variable(constant: Tensor(repeating: 1, [4096]))
    let a = dropout(ones, DropoutMask(rate: 0.5, key: 1)).value.array
    #expect(a == dropout(ones, DropoutMask(rate: 0.5, key: 1)).value.array)
    let b = dropout(ones, DropoutMask(rate: 0.5, key: 2)).value.array
    let equal = zip(a, b).count { $0 == $1 }
    #expect((1850...2250).contains(equal))
  }

  @Test func stochasticDepthSkipsOrScalesABranch() {
    let x = random([3, 2, 2, 16], seed: 1), y = random([3, 2, 2, 16], seed: 2)
    let gx = Tensor(zeros: x.shape), gy = Tensor(zeros: y.shape)
    let tape = Tape()
    let result = tape.record {
      stochasticDepth(Variable(leaf: x, gradient: gx), Variable(leaf: y, gradient: gy), factors: [0, 1.25, 1])
    }
    for i in 0..<64 { #expect(result.value.pointer[i] == x.pointer[i]) }
    for i in 64..<128 {
      #expect(abs(result.value.pointer[i] - (x.pointer[i] + 1.25 * (y.pointer[i] - x.pointer[i]))) < 1e-6)
    }
    tape.backward(from: result)
    #expect(
      gx.array == [Float](repeating: 1, count: 64) + [Float](repeating: -0.25, count: 64)
        + [Float](repeating: 0, count: 64))
    #expect(
      gy.array == [Float](repeating: 0, count: 64) + [Float](repeating: 1.25, count: 64)
        + [Float](repeating: 1, count: 64))
  }

  /// A model that drops something everywhere.
  private func model(_ change: (inout RAMiTConfiguration) -> Void) -> RAMiT {
    var configuration = RAMiTConfiguration.small(.x2, depths: [2, 1, 1, 2])
    change(&configuration)
    return RAMiT(configuration, seed: 3)
  }

  @Test func nothingIsDroppedOutsideTraining() {
    let plain = model { _ in }
    let dropping = model {
      $0.attentionDropout = 0.3
      $0.projectionDropout = 0.3
      $0.stochasticDepth = 0.3
    }
    let image = Variable(constant: random([1, 32, 32, 3], seed: 4, scale: 0.2))
    #expect(plain(image).value.array == dropping(image).value.array)
    let step = TrainingContext(seed: 1, iteration: 7)
    #expect(plain(image).value.array == plain(image, context: step).value.array)
    #expect(dropping(image, context: step).value.array == dropping(image, context: step).value.array)
    let next = TrainingContext(seed: 1, iteration: 8)
    #expect(dropping(image, context: step).value.array != dropping(image, context: next).value.array)
  }

  /// Each kind alone, by the slope of the loss along a random direction of all parameters.
  @Test(arguments: [(0.3, 0.0, 0.0, 1), (0.3, 0.0, 0.0, 0), (0.3, 0.0, 0.0, 4), (0.0, 0.3, 0.0, 1), (0.0, 0.0, 0.5, 2)])
  func gradients(attention: Double, projection: Double, depth: Double, channelHeads: Int) {
    let model = model {
      $0.attentionDropout = attention
      $0.projectionDropout = projection
      $0.stochasticDepth = depth
      $0.channelHeads = channelHeads
      // Without kinks, which finite differences would step over.
      $0.mobivari.activation = .gelu
      $0.hrami = false
    }
    let image = random([2, 32, 32, 3], seed: 5, scale: 0.3), target = random([2, 64, 64, 3], seed: 6, scale: 0.3)
    let step = TrainingContext(seed: 9, iteration: 2)
    let values = model.parameters.values, start = values.copy()
    let direction = random(values.shape, seed: 7, scale: 0.02)
    func loss(at distance: Float) -> Double {
      for i in 0..<values.count { values.pointer[i] = start.pointer[i] + distance * direction.pointer[i] }
      let output = model(Variable(constant: image), context: step).value
      return zip(output.array, target.array).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        / Double(output.count)
    }
    let h: Float = 0.02
    let slope = (loss(at: h) - loss(at: -h)) / Double(2 * h)
    _ = loss(at: 0)
    model.parameters.zeroGradients()
    let tape = Tape()
    tape.backward(from: tape.record { mseLoss(model(Variable(constant: image), context: step), target) })
    let along = zip(model.parameters.gradients.array, direction.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(along - slope) < 5e-3 * abs(slope) + 1e-6, "along the direction \(along), measured \(slope)")
  }
}
