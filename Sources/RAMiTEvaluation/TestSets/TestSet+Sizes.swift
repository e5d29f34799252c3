import RAMiTDatasets
import RAMiTImaging

extension TestSet {
  /// The size of a model's input, in pixels.
  package struct InputSize: Equatable, Sendable {
    package let name: String
    package let width, height: Int
  }

  /// The sizes of the inputs, from the files' headers; drawn ones are of one size. Files that cannot be read are left
  /// out: scoring names them.
  package var inputSizes: [InputSize] {
    guard let files else {
      guard count > 0, let target = try? pairs.pair(0).target else { return [] }
      return [InputSize(name: name, width: target.width / task.scale, height: target.height / task.scale)]
    }
    return files.pairs.prefix(count).compactMap { pair in
      let file = inputs == .files ? pair.input : nil
      guard let size = try? ImageFile.size(file ?? pair.target) else { return nil }
      let divisor = file == nil ? task.scale : 1
      return InputSize(name: pair.name, width: size.width / divisor, height: size.height / divisor)
    }
  }
}
