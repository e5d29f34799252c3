import RAMiTAutograd
import RAMiTTensorCore

extension BenchmarkItem {
  /// Parts of other transformers at the shapes of SwinIR-light (60 channels, windows of 8), ELAN-light and Restormer:
  /// an image of 128x128 and a step on 4 patches.
  static var transformers: [BenchmarkItem] {
    [(1, 128), (4, 64)].flatMap { images, side in
      let map: Shape = [images, side, side, 60], name = images > 1 ? "\(images) x \(side)x\(side)" : "\(side)x\(side)"
      var items = windows(map, name)
      items += groups(map, name)
      items += layers(map, name)
      items += operation("channel attention of 48 channels, \(name)", [map.replacing(-1, with: 144), [1]]) {
        channelAttention($0[0], heads: 1, scale: $0[1])
      }
      return items
    }
  }

  private static func windows(_ map: Shape, _ name: String) -> [BenchmarkItem] {
    operation("window attention, 6 heads of 10, \(name)", [map.replacing(-1, with: 180), [6, 64, 64]]) {
      windowAttention($0[0], heads: 6, window: 8, shift: 4, positionBias: $0[1])
    }
      + operation("cosine window attention, 4 heads of 16, \(name)", [map.replacing(-1, with: 192), [4, 64, 64], [4]]) {
        windowAttention($0[0], heads: 4, window: 8, shift: 4, positionBias: $0[1], scale: .cosine($0[2]))
      }
  }

  private static func groups(_ map: Shape, _ name: String) -> [BenchmarkItem] {
    let groups = [4, 8, 16].enumerated().map { index, window in
      AttentionGroup(
        heads: 1, headDim: 20, queries: 40 * index, keys: 40 * index, values: 40 * index + 20, windowHeight: window,
        windowWidth: window, shiftDown: window / 2, shiftRight: window / 2)
    }
    return operation("window attention, windows of 4, 8 and 16, \(name)", [map.replacing(-1, with: 120)]) {
      windowAttention($0[0], groups: groups, scale: .constant(1))
    }
  }

  private static func layers(_ map: Shape, _ name: String) -> [BenchmarkItem] {
    operation("MLP with norm and sum, \(name)", [map, [60], [60], [120, 60], [120], [60, 120], [60]]) {
      mlp(
        $0[0], norm: NormParameters(weight: $0[1], bias: $0[2]),
        hidden: PointwiseParameters(weight: $0[3], bias: $0[4]),
        out: PointwiseParameters(weight: $0[5], bias: $0[6]), addsInput: true)
    }
      + operation("linear layer 60 to 180 with norm, \(name)", [map, [60], [60], [180, 60], [180]]) {
        fusedLinear(
          $0[0], norm: NormParameters(weight: $0[1], bias: $0[2]), PointwiseParameters(weight: $0[3], bias: $0[4]))
      }
  }
}
