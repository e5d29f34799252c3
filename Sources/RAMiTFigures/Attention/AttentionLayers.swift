import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore

/// The attentions of a model, by the component that they belong to: `stage1.spatial.0` is the first attention between
/// pixels in `stage1`, `stage1.channel.0` the first between channels.
package struct AttentionLayers {
  /// What is known of an attention without computing it.
  package struct Layer {
    package let name: String
    package let kind: ObservedAttention.Kind
    package let heads, headDim: Int
    package let height, width: Int

    /// The heads, and the map that they work on, in words.
    package var summary: (heads: String, map: String) {
      let count = heads == 1 ? "1 head" : "\(heads) heads"
      switch kind {
      case .spatial(let windowHeight, let windowWidth, let down, let right):
        let shift = down == 0 && right == 0 ? "" : ", shifted by \(down)"
        return ("\(count), windows of \(windowWidth)x\(windowHeight)\(shift)", "map of \(width)x\(height)")
      case .channel: return ("\(count) of \(headDim) channels", "map of \(width)x\(height)")
      }
    }
  }

  package let all: [Layer]

  /// Follows the model without computing anything.
  /// - Parameters:
  ///   - height: of the input, padded.
  ///   - width: of the input, padded.
  package init(of model: any RestorationModel, height: Int, width: Int) {
    var found: [ObservedAttention] = [], names: [String] = []
    Tensor.withMetaTensors {
      let outline = model.architecture.makeModel(ParameterScope(seed: nil))
      let image = Variable(constant: Tensor(zeros: [1, height, width, model.task.channels]))
      AttentionObserver.run({ found.append($0) }) {
        _ = outline(image, context: nil) { component, _ in
          while names.count < found.count { names.append(component) }
        }
      }
      while names.count < found.count { names.append("end") }
    }
    var counts: [String: Int] = [:]
    all = zip(names, found).map { component, attention in
      let place = "\(component).\(attention.kind == .channel ? "channel" : "spatial")"
      defer { counts[place, default: 0] += 1 }
      return Layer(
        name: "\(place).\(counts[place, default: 0])", kind: attention.kind, heads: attention.heads,
        headDim: attention.headDim, height: attention.height, width: attention.width)
    }
  }

  /// Computes the model and calls `body` with one attention while its operands exist.
  /// - Parameter index: in `all`.
  static func withAttention(
    _ index: Int, of model: any RestorationModel, padded: Variable, _ body: (ObservedAttention) -> Void
  ) {
    var number = 0
    AttentionObserver.run({ attention in
      if number == index { body(attention) }
      number += 1
    }) { _ = model(padded) }
  }
}
