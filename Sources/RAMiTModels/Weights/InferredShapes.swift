import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore

/// What names and shapes of weights tell about their model.
struct InferredShapes {
  private let tensors: NamedTensors
  /// What the names begin with, up to each of their dots.
  private let modules: Set<Substring>
  /// The kind of model, with its article.
  private let model: String
  /// The file, for messages.
  let path: String

  init(_ tensors: NamedTensors, of model: String, path: String) {
    (self.tensors, self.model, self.path) = (tensors, model, path)
    var modules: Set<Substring> = []
    // No model has longer names. A name of a million dots would have a million beginnings.
    for name in tensors.names where name.utf8.count < 200 {
      for dot in name.indices where name[dot] == "." { modules.insert(name[...dot]) }
    }
    self.modules = modules
  }

  /// Whether there is a tensor of this name or, where it ends with a dot, of this module.
  func has(_ name: String) -> Bool { name.hasSuffix(".") ? modules.contains(name[...]) : tensors[name] != nil }

  /// - Throws: `InputError` when there is no such tensor, or one with other axes.
  subscript(name: String, rank rank: Int) -> Shape {
    get throws {
      guard let shape = tensors[name]?.shape, shape.rank == rank, shape.count > 0 else {
        let found =
          tensors[name].map { "\(name) of shape \($0.shape)" } ?? tensors.unreadable[name].map { "\($0) as \(name)" }
          ?? "\(tensors.count.counted("tensor")), and no \(name)"
        throw InputError(path, expected: "the weights of \(model)", found: found)
      }
      return shape
    }
  }

  /// How many numbers from 0 on have a tensor, or a module, at most 100.
  func count(_ name: (Int) -> String) -> Int { (0..<100).first { !has(name($0)) } ?? 100 }

  /// The channels of the feature maps, and the task, of a model whose last convolution makes the image's channels for
  /// each of the scale x scale pixels.
  /// - Parameters:
  ///   - first: the name of the first convolution's weight.
  ///   - last: the name of the last convolution's weight.
  ///   - task: what the model is for, where several tasks have these channels and scale.
  func ends(first: String, last: String, given task: RestorationTask?) throws -> (dim: Int, task: RestorationTask) {
    let shape = try self[first, rank: 4]
    let scale = try self.scale(channels: shape[1], outputs: self[last, rank: 4][0])
    return (shape[0], try self.task(given: task, channels: shape[1], scale: scale))
  }

  /// The scale of a last convolution that makes the image's channels for each of the scale x scale pixels.
  func scale(channels: Int, outputs: Int) throws -> Int {
    guard let scale = (1...4).first(where: { $0 * $0 * channels == outputs }), [1, 3].contains(channels) else {
      throw InputError(
        path, expected: "\(model) of scale 1 to 4 for gray or RGB images", found: "\(channels) channels to \(outputs)")
    }
    return scale
  }

  /// The task of these channels and scale; `given`, where several have them.
  func task(given: RestorationTask?, channels: Int, scale: Int) throws -> RestorationTask {
    let possible = RestorationTask.allCases.filter { $0.channels == channels && $0.scale == scale }
    let names = possible.map(\.rawValue).joined(separator: ", ")
    switch (given, possible.count) {
    case (_, 0):
      throw InputError(path, expected: "weights for a known task", found: "scale \(scale), \(channels) channels")
    case (let given?, _):
      guard possible.contains(given) else {
        throw InputError(path, expected: "weights for the task \(given)", found: "weights for \(names)")
      }
      return given
    case (nil, 1): return possible[0]
    case (nil, _):
      throw InputError(path, expected: "a task (--task \(names)), which these weights do not tell", found: "no --task")
    }
  }

  /// The window of a table of relative positions: M x M tokens have (2 M - 1)^2 of them.
  func window(_ table: String) throws -> Int {
    let rows = try self[table, rank: 2][0]
    guard let window = (1...64).first(where: { (2 * $0 - 1) * (2 * $0 - 1) == rows }) else {
      throw InputError(path, expected: "\(table) with (2 M - 1)^2 rows", found: "\(rows)")
    }
    return window
  }

  /// The side of the square images that a mask of shifted windows is for; nil without one.
  func imageSide(mask: String, window: Int) -> Int? {
    guard let windows = tensors[mask]?.shape.dimensions.first else { return nil }
    return (1...512).first { $0 * $0 == windows }.map { $0 * window }
  }

  /// The ratio that gives `dim` this number of hidden channels, although they are rounded down.
  static func ratio(_ hidden: Int, to dim: Int) -> Double {
    let ratio = Double(hidden) / Double(dim)
    return Int(Double(dim) * ratio) < hidden ? ratio.nextUp : ratio
  }
}

extension WeightRequest {
  /// The weights of any model of a kind.
  /// - Parameters:
  ///   - anchors: names of a few parameters that every model of the kind has.
  ///   - modules: what the names begin with, up to their first dot. The more of the names do, the better they fit.
  ///   - names: tensors or, with a dot at the end, modules that every model of the kind has, and no other kind.
  init(anchors: [String], modules: Set<Substring>, having names: [String] = []) {
    self.init(anchors: anchors) { found in
      let keys = found.shapes.keys
      let isThere = names.allSatisfy { name in
        name.hasSuffix(".") ? keys.contains { $0.hasPrefix(name) } : found.shapes[name] != nil
      }
      guard isThere else { return nil }
      let fit = keys.count { name in
        modules.contains(name.prefix { $0 != "." }) && !optionalBuffers.contains { name.hasSuffix($0) }
      }
      return fit > 0 ? fit : nil
    }
  }
}

/// An average of the parameters alone fits as well as the weights that have buffers of constants beside them.
private let optionalBuffers = [".relative_position_index", ".attn_mask"]
