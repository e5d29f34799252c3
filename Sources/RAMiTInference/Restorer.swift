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
  /// Averages over the eight ways to turn and mirror an image (Lim et al., EDSR, 2017): a little better, eight times
  /// slower.
  public var selfEnsemble = false

  /// The memory that restoring a photo may take.
  package var budget = MemoryBudget()
  let measured = MeasuredMemory()

  /// Restores whole images until `tile` is set.
  public init(_ model: any RestorationModel) { self.model = model }

  package var task: RestorationTask { model.task }

  /// - Parameter image: H x W x the task's channels, in [0, 1]; noise may lie outside.
  /// - Returns: sH x sW x channels, not clamped.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    guard selfEnsemble else { return restoreOnce(image) }
    var total: Tensor?
    for symmetry in Symmetry.allCases {
      let restored = restoreOnce(image.turned(symmetry)).turned(symmetry.inverse)
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

  private func restoreOnce(_ image: Tensor) -> Tensor {
    guard let tile else { return model.restore(image) }
    let tiles = Tiles(
      height: image.shape[0], width: image.shape[1], side: tile, overlap: overlap, sizeMultiple: model.sizeMultiple)
    return tiles.restore(image, scale: task.scale, by: model.restore)
  }
}
