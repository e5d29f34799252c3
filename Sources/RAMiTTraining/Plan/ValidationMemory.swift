import RAMiTEvaluation
import RAMiTModels

/// The memory that validation takes beside the parameters and the batches that wait.
struct ValidationMemory: Equatable {
  /// The image that takes most, and its input's size.
  let name: String
  let width, height: Int
  /// Bytes of tensors, and bytes outside of the tensors' pool.
  let tensors, images: Double

  /// Measures the model for the largest image of a set; nil where no image can be read, which validation reports.
  static func measure(_ model: any RestorationModel, _ set: TestSet) -> ValidationMemory? {
    let task = set.task
    let inputs = set.inputSizes
    guard !inputs.isEmpty else { return nil }
    let memory = RestorationMemory(of: model)
    func needs(_ input: TestSet.InputSize) -> ValidationMemory {
      let (width, height) = (input.width, input.height)
      // The input's tensor is held until the image is scored.
      let tensors = memory.input(width: width, height: height) + memory.whole(width: width, height: height)
      // The image as scored, and its input.
      let images = task.scoringMemory(width: width, height: height) + Double(width * height * task.channels)
      return ValidationMemory(name: input.name, width: width, height: height, tensors: tensors, images: images)
    }
    return inputs.map(needs).max { $0.bytes < $1.bytes }
  }

  var bytes: Double { tensors + images }
}
