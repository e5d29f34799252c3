import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import Testing

/// RAMiT's body with the blocks of DaViT (Table A).
@Suite struct DaViTTests {
  private func small(_ variant: RAMiTVariant) -> RAMiTConfiguration {
    var configuration = variant.configuration(for: .x2)
    (configuration.dim, configuration.depths, configuration.window) = (16, [4, 2, 2, 2], 4)
    configuration.wide.groups = 1
    return configuration
  }

  /// Values and gradients of a definition in PyTorch, Fixtures/make_davit.py.
  @Test(arguments: ["davit_core_tiny_x2", "davit_full_tiny_dn", "davit_elements_tiny_x3"])
  func golden(name: String) throws {
    let golden = try PeerGolden(fixture: name)
    let notes = try #require(golden.golden.tensors.metadata["model"])
    try golden.check(try RAMiTConfiguration(json: notes, path: name))
  }

  /// Each block has all heads of one kind, the kinds in turn.
  @Test(arguments: [RAMiTVariant.davitCore, .davitFull]) func kindsAlternate(_ variant: RAMiTVariant) {
    let names = Set(RAMiT(small(variant)).parameters.parameters.map(\.name))
    for block in 0..<4 {
      let scope = "stage1.blocks.block\(block)."
      #expect(names.contains(scope + "sp_attn.proj.weight") == (block % 2 == 0))
      #expect(names.contains(scope + "ch_attn.proj.weight") == (block % 2 == 1))
      #expect(names.contains(scope + "cpe.1.proj.bias") == (variant == .davitFull))
    }
    #expect(names.contains { $0.hasSuffix(".logit_scale") } == (variant == .davitCore))
    #expect(names.contains { $0.hasSuffix(".relative_position_bias_table") } == (variant == .davitCore))
  }

  /// The slope of the loss along a random direction of all parameters.
  @Test(arguments: [RAMiTVariant.davitCore, .davitFull]) func gradientsAreSlopes(_ variant: RAMiTVariant) {
    var configuration = small(variant)
    // Without kinks, which finite differences would step over.
    (configuration.mobivari.activation, configuration.hrami) = (.gelu, false)
    let model = RAMiT(configuration, seed: 3)
    func random(_ shape: Shape, seed: UInt64, scale: Float) -> Tensor {
      var random = RandomNumbers(seed: seed)
      return Tensor((0..<shape.count).map { _ in scale * random.normalPair().0 }, shape)
    }
    let image = random([2, 32, 16, 3], seed: 5, scale: 0.3), target = random([2, 64, 32, 3], seed: 6, scale: 0.3)
    let values = model.parameters.values, start = values.copy()
    let direction = random(values.shape, seed: 7, scale: 0.01)
    func loss(at distance: Float) -> Double {
      for i in 0..<values.count { values.pointer[i] = start.pointer[i] + distance * direction.pointer[i] }
      let output = model(Variable(constant: image)).value
      return zip(output.array, target.array).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        / Double(output.count)
    }
    let h: Float = 0.02
    let slope = (loss(at: h) - loss(at: -h)) / Double(2 * h)
    _ = loss(at: 0)
    model.parameters.zeroGradients()
    let tape = Tape()
    tape.backward(from: tape.record { mseLoss(model(Variable(constant: image)), target) })
    let along = zip(model.parameters.gradients.array, direction.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(along - slope) < 5e-3 * abs(slope) + 1e-6, "along the direction \(along), measured \(slope)")
  }

  /// Windows are shifted in every second spatial block: pixels on both sides of a border of the first block's windows
  /// meet in the third one.
  @Test func everySecondSpatialBlockIsShifted() {
    var configuration = small(.davitCore)
    #expect((0..<6).map(configuration.shift(ofBlock:)) == [0, 0, 2, 2, 0, 0])
    configuration.arrangement = .parallel
    #expect((0..<4).map(configuration.shift(ofBlock:)) == [0, 2, 0, 2])
    configuration.windowShift = false
    #expect((0..<4).map(configuration.shift(ofBlock:)) == [0, 0, 0, 0])
  }

  /// Every combination of the elements is a model of its own that keeps its notes.
  @Test func elementsAreChosenOneByOne() throws {
    for arrangement in AttentionArrangement.allCases {
      for similarity in AttentionSimilarity.allCases {
        for encoding in PositionEncoding.allCases {
          for order in NormalizationOrder.allCases {
            var configuration = small(.ramit)
            (configuration.arrangement, configuration.similarity) = (arrangement, similarity)
            (configuration.positionEncoding, configuration.normalization) = (encoding, order)
            #expect(configuration.validationError == nil)
            #expect(try RAMiTConfiguration(json: configuration.json, path: "notes") == configuration)
            let output = RAMiT(configuration)(Variable(constant: Tensor(repeating: 0.5, [1, 16, 16, 3]))).value
            #expect(output.array.allSatisfy { $0.isFinite })
          }
        }
      }
    }
  }
}
