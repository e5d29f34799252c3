import RAMiTAutograd
import RAMiTImaging
import RAMiTMachine
import RAMiTModels
import RAMiTTensorCore

/// Restores images with a model: whole, as its scores are measured, or in tiles.
public struct Restorer {
  /// Its task decides the channels and the scale.
  public let model: any RestorationModel
  /// The side of a tile, in pixels of the input; nil restores images whole.
  public var tile: Int?
  /// How far a tile sees beyond its edges, in pixels of the input.
  public var overlap = 32
  /// Averages over the eight ways to turn and mirror an image, or a tile (Lim et al., EDSR, 2017): a little better,
  /// eight times slower.
  public var selfEnsemble = false

  /// Called while an image is restored, with the share that is done, 0 to 1, as the multiply-adds tell it.
  package var progress: (@Sendable (_ share: Double) -> Void)?

  /// The memory that restoring a photo may take.
  package var budget = MemoryBudget()
  let measured = ModelMeasures()

  /// Restores whole images until `tile` is set.
  public init(_ model: any RestorationModel) { self.model = model }

  package var task: RestorationTask { model.task }

  /// - Parameter image: H x W x the task's channels, in [0, 1]; noise may lie outside.
  /// - Returns: sH x sW x channels, not clamped.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    guard let progress else { return restored(image) }
    let total = multiplyAdds(height: image.shape[0], width: image.shape[1])
    return Profiler { progress(min(1, Double($0) / total)) }.run { restored(image) }
  }

  private func restored(_ image: Tensor) -> Tensor {
    guard let tiles = tiles(height: image.shape[0], width: image.shape[1]) else { return restoredWhole(image) }
    return tiles.restore(image, scale: task.scale, by: restoredWhole)
  }

  private func restoredWhole(_ image: Tensor) -> Tensor {
    guard selfEnsemble else { return model.restore(image) }
    var total: Tensor?
    for symmetry in Symmetry.allCases {
      let restored = model.restore(image.turned(symmetry)).turned(symmetry.inverse)
      guard let sum = total else {
        total = restored.copy()
        continue
      }
      for i in 0..<sum.count { sum.pointer[i] += restored.pointer[i] }
    }
    let mean = total!
    for i in 0..<mean.count { mean.pointer[i] /= Float(Symmetry.allCases.count) }
    return mean
  }

  func tiles(height: Int, width: Int) -> Tiles? {
    tile.map {
      Tiles(height: height, width: width, side: $0, overlap: overlap, sizeMultiple: model.sizeMultiple)
    }
  }

  /// About how many multiply-adds an image takes: they are in proportion to its pixels.
  func multiplyAdds(height: Int, width: Int) -> Double {
    let perPixel = measured.multiplyAddsPerPixel(of: model)
    let pixels =
      tiles(height: height, width: width)?.pixels
      ?? model.padding.paddedSide(height) * model.padding.paddedSide(width)
    return perPixel * Double(pixels * (selfEnsemble ? Symmetry.allCases.count : 1))
  }
}
