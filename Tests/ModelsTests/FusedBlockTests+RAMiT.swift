import RAMiTAutograd
import RAMiTKernels
import RAMiTNN
import RAMiTTensorCore

@testable import RAMiTModels

/// RAMiT's layers.
extension FusedBlockTests {
  private static func configuration(_ change: (inout RAMiTConfiguration) -> Void = { _ in }) -> RAMiTConfiguration {
    var configuration = RAMiTConfiguration(task: .x2)
    (configuration.dim, configuration.window) = (16, 4)
    configuration.wide = MobiVariWidth(expansion: 1.2, groups: 3)
    change(&configuration)
    return configuration
  }

  static let mobiVariLayers: [Case] =
    [1, 2].flatMap { version in
      [12, 20].flatMap { outputs in
        [Activation.leakyReLU, .gelu].map { activation in
          Case("MobiVari \(version) to \(outputs), \(activation)", [2, 5, 7, 12]) {
            var configuration = MobiVariConfiguration()
            (configuration.version, configuration.activation) = (version, activation)
            return MobiVariLayer($0, configuration, width: MobiVariWidth(), inputs: 12, outputs: outputs)
          }
        }
      }
    } + [
      Case("MobiVari of a pyramid", [[2, 8, 12, 16], [2, 4, 6, 16], [2, 2, 3, 16]]) {
        let layer = MobiVariLayer(
          $0, MobiVariConfiguration(), width: MobiVariWidth(expansion: 2, groups: 1), inputs: 21, outputs: 16)
        return ({ maps, _ in [layer(maps)] }, { maps, _ in [layer.composed(maps)] })
      }
    ]

  /// The heads of both kinds, also of one kind alone.
  private static let heads = [(3, 1), (2, 2), (4, 0), (0, 4)]

  static let reciprocalAttentions: [Case] = heads.flatMap { spatial, channel in
    [(4, 0), (4, 2), (3, 1)].flatMap { window, shift in
      [true, false].map { helper in
        let map: Shape = [2, 4 * window, 2 * window, 16]
        return Case(
          "attention, \(spatial) + \(channel) heads, window \(window), shift \(shift)\(helper ? ", helper" : "")",
          [map, map], contexts: steps
        ) {
          let configuration = configuration {
            ($0.window, $0.channelHeads, $0.helper) = (window, channel, helper)
            $0.attentionDropout = 0.3
          }
          let layer = ReciprocalAttentionLayer($0, configuration, shift: shift, layer: 3, use: 0)
          return (
            { [layer($0[0], previous: $0[1], context: $1), layer($0[0], context: $1)] },
            { [layer.composed($0[0], previous: $0[1], context: $1), layer.composed($0[0], context: $1)] }
          )
        }
      }
    }
  }

  /// What the fused operation does not have, beside what it has.
  static let separateAttentions: [Case] = heads.flatMap { spatial, channel in
    [AttentionSimilarity.cosine, .dotProduct].flatMap { similarity in
      PositionEncoding.allCases.map { encoding in
        let map: Shape = [2, 12, 8, 16]
        return Case(
          "attention, \(spatial) + \(channel) heads, \(similarity), \(encoding)", [map, map], contexts: steps
        ) {
          let configuration = configuration {
            ($0.channelHeads, $0.similarity, $0.positionEncoding) = (channel, similarity, encoding)
            ($0.helper, $0.attentionDropout) = (true, 0.3)
          }
          let layer = ReciprocalAttentionLayer($0, configuration, shift: 2, layer: 3, use: 0)
          let norm = RAMiTNN.LayerNorm($0 / "norm", channels: 16)
          return (
            { [layer($0[0], norm: norm, previous: $0[1], context: $1), layer($0[0], context: $1)] },
            { [layer.composed(norm($0[0]), previous: $0[1], context: $1), layer.composed($0[0], context: $1)] }
          )
        }
      }
    }
  }

  private static let blockKinds: [(name: String, change: @Sendable (inout RAMiTConfiguration) -> Void)] = [
    ("", { _ in }), (", dropped values", { ($0.attentionDropout, $0.projectionDropout) = (0.2, 0.3) }),
    (", skipped branches", { $0.stochasticDepth = 0.5 }),
    (", MobiVari 1 and channel heads alone", { ($0.mobivari.version, $0.channelHeads) = (1, 4) }),
    (", norms before", { ($0.normalization, $0.stochasticDepth) = (.pre, 0.3) }),
    (", convolutions", { ($0.positionEncoding, $0.stochasticDepth) = (.convolution, 0.3) }),
    (", products", { $0.similarity = .dotProduct }),
    (", DaViT's spatial block", { $0 = davit(.davitFull).ofBlock(0) }),
    (", DaViT's channel block", { $0 = davit(.davitFull).ofBlock(1) }),
  ]

  private static func davit(_ variant: RAMiTVariant) -> RAMiTConfiguration {
    var configuration = variant.configuration(for: .x2)
    (configuration.dim, configuration.window) = (16, 4)
    return configuration
  }

  static let dramitBlocks: [Case] = blockKinds.flatMap { name, change in
    [0, 2].map { shift in
      let map: Shape = [3, 8, 12, 16]
      return Case("D-RAMiT block, shift \(shift)\(name)", [map, map], contexts: steps) {
        let block = DRAMiTBlock($0, configuration(change), index: 19, shift: shift)
        return (
          { maps, context in
            let y = block(maps[0], previous: maps[1], context: context)
            return [y.x, y.heads, y.attention, block(maps[0], context: context)]
          },
          { maps, context in
            let y = block.composed(maps[0], previous: maps[1], context: context)
            return [y.x, y.heads, y.attention, block.composed(maps[0], context: context)]
          }
        )
      }
    }
  }

  static let hierarchy: [Case] = {
    let pyramid: [Shape] = [[2, 8, 12, 16], [2, 4, 6, 16], [2, 2, 3, 16]]
    return [
      Case("feed-forward half", [131, 16], contexts: steps) { FeedForwardLayer($0, configuration()) },
      Case("feed-forward half, norm before", [131, 16], contexts: steps) {
        FeedForwardLayer($0, configuration { $0.normalization = .pre })
      },
      Case("downsizing", [2, 6, 10, 16], contexts: steps) { Downsizing($0, configuration()) },
      Case("bottleneck", [pyramid[0]] + pyramid) {
        let bottleneck = Bottleneck($0, configuration())
        return (
          { maps, _ in [bottleneck(maps[0], Array(maps[1...]))] },
          { maps, _ in [bottleneck.composed(maps[0], Array(maps[1...]))] }
        )
      },
      Case("H-RAMi", pyramid + [pyramid[0]]) {
        let hrami = HRAMi($0, configuration { $0.wide.groups = 1 })
        return ({ maps, _ in [hrami(maps)] }, { maps, _ in [hrami.composed(maps)] })
      },
      Case("reconstruction", [2, 5, 7, 16]) { Reconstruction($0, configuration()) },
    ]
  }()
}
