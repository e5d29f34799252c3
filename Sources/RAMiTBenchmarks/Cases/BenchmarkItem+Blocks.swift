import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore

extension BenchmarkItem {
  /// The model's components at an image of 352x640 and at a step on 16 patches; gradients go to their parameters, too.
  static var blocks: [BenchmarkItem] { blocks(1, 352, 640) + blocks(16, 64, 64) }

  private static func blocks(_ images: Int, _ height: Int, _ width: Int) -> [BenchmarkItem] {
    let c = RAMiTVariant.ramit.configuration(for: .x2)
    let name = (images > 1 ? "\(images) x " : "") + "\(height)x\(width)"
    /// At a level of the hierarchy.
    func map(_ level: Int) -> Shape { [images, height >> level, width >> level, c.dim] }
    func scope() -> ParameterScope { ParameterScope(seed: 0) }
    return layer("block, \(name)", [map(0), map(0)]) {
      let block = DRAMiTBlock(scope(), c, index: 1, shift: c.window / 2)
      return { block($0[0], previous: $0[1], context: nil).x }
    }
      + layer("downsizing, \(name)", [map(0)]) {
        let downsizing = Downsizing(scope(), c)
        return { downsizing($0[0]) }
      }
      + layer("bottleneck, \(name)", [map(0), map(0), map(1), map(2)]) {
        let bottleneck = Bottleneck(scope(), c)
        return { bottleneck($0[0], Array($0[1...])) }
      }
      + layer("H-RAMi, \(name)", [map(0), map(1), map(2), map(0)]) {
        let mixer = HRAMi(scope(), c)
        return { mixer($0) }
      }
      + layer("reconstruction, \(name)", [map(0)]) {
        let reconstruction = Reconstruction(scope(), c)
        return { reconstruction($0[0]) }
      }
  }
}
