import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore

/// The components of a model whose results can be shown, by the names that its `observe` hook gives them. A name that
/// comes several times gets a number: `layers.0`, `layers.1`.
package struct ComponentLayers {
  package let names: [String]

  /// Follows the model without computing anything.
  /// - Parameters:
  ///   - height: of the input, padded.
  ///   - width: of the input, padded.
  package init(of model: any RestorationModel, height: Int, width: Int) {
    var found: [String] = []
    Tensor.withMetaTensors {
      let outline = model.architecture.makeModel(ParameterScope(seed: nil))
      let image = Variable(constant: Tensor(zeros: [1, height, width, model.task.channels]))
      _ = outline(image, context: nil) { component, _ in found.append(component) }
    }
    names = numbered(found)
  }

  /// The layers of a name: one, or several whose elements are multiplied, `stage4*attn_mix`.
  /// - Throws: `InputError` that names the known ones.
  package func parts(of layer: String, model: String) throws -> [String] {
    let parts = layer.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    for part in parts where !names.contains(part) { throw Self.unknown(part, model: model, known: names) }
    return parts
  }

  /// The error of a layer that a model does not have.
  static func unknown(_ layer: String, model: String, known: [String]) -> InputError {
    let hint = layer.nearest(in: known).map { " (did you mean \($0)?)" } ?? ""
    return InputError(
      "--layer", expected: "a layer of \(model): \(known.joined(separator: ", "))", found: "\(layer)\(hint)")
  }
}

/// Names with numbers where they come several times.
func numbered(_ names: [String]) -> [String] {
  var totals: [String: Int] = [:], seen: [String: Int] = [:]
  for name in names { totals[name, default: 0] += 1 }
  return names.map { name in
    guard totals[name]! > 1 else { return name }
    defer { seen[name, default: 0] += 1 }
    return "\(name).\(seen[name, default: 0])"
  }
}

/// A feature map as figures 4 and E of the paper show it: the largest value of each pixel's channels, standardised.
package struct FeatureMap {
  package let name: String
  package let height, width: Int
  /// height x width, with mean 0 and standard deviation 1.
  package let values: [Float]

  /// Computes maps of an image.
  /// - Parameters:
  ///   - input: H x W x the task's channels.
  ///   - layers: names as `ComponentLayers.parts` takes them.
  ///   - label: the model's, for messages.
  /// - Throws: `InputError` for a layer that the model does not have, and for a product of maps that do not fit.
  package static func maps(
    of model: any RestorationModel, input: Tensor, layers: [String], label: String
  ) throws -> [FeatureMap] {
    let padded = model.padding.padded(Variable(constant: input.reshaped(Shape([1] + input.shape.dimensions))))
    let known = ComponentLayers(of: model, height: padded.shape[1], width: padded.shape[2])
    let parts = try layers.map { try known.parts(of: $0, model: label) }
    let needed = Set(parts.joined())
    var results: [String: Tensor] = [:], calls = 0
    // A result that is held here is not overwritten by what follows.
    _ = model(padded, context: nil) { _, result in
      if needed.contains(known.names[calls]) { results[known.names[calls]] = result.value }
      calls += 1
    }
    return try zip(layers, parts).map { layer, parts in
      let maps = parts.map { results[$0]! }
      for (part, map) in zip(parts, maps) where map.shape != maps[0].shape || map.shape.rank != 4 {
        throw InputError(
          "--layer", expected: "maps of one shape in \(layer)",
          found: "\(parts[0]) \(maps[0].shape), \(part) \(map.shape)")
      }
      return FeatureMap(
        layer, maps,
        // What belongs to the image, not to its padding.
        height: max(1, maps[0].shape[1] * input.shape[0] / padded.shape[1]),
        width: max(1, maps[0].shape[2] * input.shape[1] / padded.shape[2]))
    }
  }

  private init(_ name: String, _ maps: [Tensor], height: Int, width: Int) {
    let (columns, channels) = (maps[0].shape[2], maps[0].shape[3])
    let largest = (0..<height * width).map { pixel -> Double in
      let start = (pixel / width * columns + pixel % width) * channels
      return (0..<channels).map { c in maps.reduce(1) { $0 * Double($1.pointer[start + c]) } }.max() ?? 0
    }
    let mean = largest.reduce(0, +) / Double(largest.count)
    let variance = largest.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(largest.count)
    let factor = variance > 0 ? 1 / variance.squareRoot() : 0
    self.name = name.replacing("*", with: " × ")
    (self.height, self.width) = (height, width)
    values = largest.map { Float(($0 - mean) * factor) }
  }
}
