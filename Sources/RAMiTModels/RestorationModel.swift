import RAMiTAutograd
import RAMiTImaging
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

/// A network that restores images. Training, evaluation and the command line know models by this alone.
public protocol RestorationModel: AnyObject {
  associatedtype Architecture: RestorationArchitecture

  /// What the model was built as.
  var architecture: Architecture { get }

  /// The sides of an input are padded to multiples of this.
  var sizeMultiple: Int { get }

  /// How an image is padded before it is restored: by default to the next multiples of `sizeMultiple`, mirrored with
  /// the edge pixel.
  var padding: ImagePadding { get }

  /// A side of an image for which Mult-Adds are counted: by default the padded one.
  func countedSide(_ side: Int) -> Int

  /// Everything that is trained.
  var parameters: ParameterStore { get }

  /// Restores images.
  ///
  /// - Parameters:
  ///   - images: N x H x W x the task's channels, in [0, 1]; noise may lie outside.
  ///   - context: that of a training step; nil, as in inference, drops nothing and saves what the tape asks for.
  ///   - observe: called with the result of each component of the model, in the order of the data, by the first part of
  ///     the names of the component's parameters. Multiply-adds since the call before count for the component.
  /// - Returns: N x sH x sW x the task's channels, with s the task's scale; not clamped.
  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable

  /// What the model's paper adds to the Mult-Adds of its operations, for an input of these `countedSide`s; negative for
  /// what the paper leaves out. By default nothing.
  /// - Returns: counts, by the names that `observe` gets.
  func multAddCorrections(width: Int, height: Int) -> [(component: String, multAdds: Int)]
}

extension RestorationModel {
  /// The architecture's.
  public var task: RestorationTask { architecture.task }

  /// Mirrors the image with its edge pixel.
  public var padding: ImagePadding { ImagePadding(multiple: sizeMultiple) }

  /// None: the paper counts as the operations do.
  public func multAddCorrections(width: Int, height: Int) -> [(component: String, multAdds: Int)] { [] }

  /// What weight files hold, under its published names: the parameters and the buffers.
  public var stateDict: NamedTensors { parameters.stateDict }

  /// Restores images as `callAsFunction(_:context:observe:)` does, without an observer.
  public func callAsFunction(_ images: Variable, context: TrainingContext? = nil) -> Variable {
    self(images, context: context) { _, _ in }
  }

  /// Counts padded sides.
  public func countedSide(_ side: Int) -> Int { padding.paddedSide(side) }

  /// Restores one image whole, whatever its size: it is padded, goes through the model without a tape, and the result
  /// is cropped to what belongs to the image.
  /// - Parameter image: H x W x the task's channels, in [0, 1]; noise may lie outside.
  /// - Returns: sH x sW x channels, not clamped.
  public func restore(_ image: Tensor) -> Tensor {
    let padded = padding.padded(Variable(constant: image.reshaped(Shape([1] + image.shape.dimensions))))
    let output = self(padded).value
    let scale = task.scale
    return output.reshaped(Shape(Array(output.shape.dimensions.dropFirst())))
      .cropped(y: 0, x: 0, height: image.shape[0] * scale, width: image.shape[1] * scale)
  }
}
