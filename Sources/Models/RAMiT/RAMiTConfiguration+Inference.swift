import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore

extension RAMiTConfiguration {
  /// The configuration of weights: the one in the file's notes or, in a bare state dictionary, what names and shapes tell.
  ///
  /// Shapes do not tell whether the reciprocal helper is on (taken from the task), the activation of MobiVari (LeakyReLU), nor
  /// colour denoising from low-light enhancement and deraining: there the task must be given.
  /// - Parameters:
  ///   - task: what the model is for; nil where the weights tell it.
  ///   - path: the file they came from, for messages.
  /// - Throws: `InputError` when the weights are no RAMiT's, or not one for `task`.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> RAMiTConfiguration {
    if let json = tensors.metadata["model"] { return try RAMiTConfiguration(json: json, path: path) }
    return try WeightShapes(tensors, path: path).configuration(task: task)
  }
}

/// What the names and shapes of a state dictionary say about the model.
private struct WeightShapes {
  private let tensors: NamedTensors
  private let path: String
  /// What the names begin with, up to each of their dots.
  private let modules: Set<Substring>

  init(_ tensors: NamedTensors, path: String) {
    self.tensors = tensors
    self.path = path
    var modules: Set<Substring> = []
    // No name of a RAMiT has more than seven parts; a name of a million dots would have as many beginnings.
    for name in tensors.names where name.utf8.count < 200 {
      for dot in name.indices where name[dot] == "." { modules.insert(name[...dot]) }
    }
    self.modules = modules
  }

  func configuration(task: RestorationTask?) throws -> RAMiTConfiguration {
    let shallow = try shape("shallow.conv.weight", rank: 4)
    let (dim, channels) = (shallow[0], shallow[1])
    let scale = try scale(channels: channels)
    var result = RAMiTConfiguration(task: try self.task(given: task, channels: channels, scale: scale))
    result.dim = dim
    result.depths = (1...4).map { stage in (0...100).first { !has("stage\(stage).blocks.block\($0).") } ?? 0 }
    let block = "stage1.blocks.block0."
    let spatial = tensors[block + "sp_attn.logit_scale"]?.count ?? 0
    result.channelHeads = tensors[block + "ch_attn.logit_scale"]?.count ?? 0
    result.heads = spatial + result.channelHeads
    if spatial > 0 { result.window = try window(block + "sp_attn.relative_position_bias_table") }
    let hidden = try shape(block + "ffn.hidden.weight", rank: 4)[0]
    result.hiddenRatio = Self.ratio(hidden, to: dim)
    result.reconstructionLayers = (0...100).first { !has("to_target.mobivari.mobivari\($0).") } ?? 0
    result.hrami = has("attn_mix.")
    result.mobivari.version = has(block + "mobivari.exp_conv.") ? 2 : 1
    if result.mobivari.version == 2 {
      result.mobivari.width = try width([block + "mobivari", "down1.reduction"])
      result.wide = try width(["bottleneck.mobivari"] + (result.hrami ? ["attn_mix.mobivari"] : []))
    }
    return result
  }

  private func has(_ module: String) -> Bool { modules.contains(module[...]) }

  /// The ratio that gives `dim` as many hidden channels, although they are rounded down.
  private static func ratio(_ hidden: Int, to dim: Int) -> Double {
    let ratio = Double(hidden) / Double(dim)
    return Int(Double(dim) * ratio) < hidden ? ratio.nextUp : ratio
  }

  private func shape(_ name: String, rank: Int) throws -> Shape {
    guard let shape = tensors[name]?.shape, shape.rank == rank, shape.count > 0 else {
      let found =
        tensors[name].map { "\(name) of shape \($0.shape)" } ?? tensors.unreadable[name].map { "\($0) as \(name)" }
        ?? "\(tensors.count) tensors, and no \(name)"
      throw InputError(path, expected: "the weights of a RAMiT", found: found)
    }
    return shape
  }

  /// `to_target.conv` makes the image's channels for each of the scale x scale pixels.
  private func scale(channels: Int) throws -> Int {
    let outputs = try shape("to_target.conv.weight", rank: 4)[0]
    guard let scale = (1...4).first(where: { $0 * $0 * channels == outputs }), [1, 3].contains(channels) else {
      throw InputError(
        path, expected: "a RAMiT of scale 1 to 4 for gray or RGB images", found: "\(channels) channels to \(outputs)")
    }
    return scale
  }

  private func task(given: RestorationTask?, channels: Int, scale: Int) throws -> RestorationTask {
    let possible = RestorationTask.allCases.filter { $0.channels == channels && $0.scale == scale }
    let names = possible.map(\.rawValue).joined(separator: ", ")
    switch (given, possible.count) {
    case (_, 0):
      throw InputError(path, expected: "weights for a task of the paper", found: "scale \(scale), \(channels) channels")
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

  /// A window of M x M tokens has (2 M - 1)^2 relative positions.
  private func window(_ table: String) throws -> Int {
    let rows = try shape(table, rank: 2)[0]
    guard let window = (2...64).first(where: { (2 * $0 - 1) * (2 * $0 - 1) == rows }) else {
      throw InputError(path, expected: "\(table) with (2 M - 1)^2 rows", found: "\(rows)")
    }
    return window
  }

  /// The expansion and groups that give all of these layers their channels: the paper's if they do, else the roundest.
  private func width(_ layers: [String]) throws -> MobiVariWidth {
    // Of each layer: the channels that come in and go out, and those that each group takes in.
    let sizes = try layers.map { layer in
      let weight = try shape(layer + ".exp_conv.weight", rank: 4)
      return (inputs: try channels(into: layer), outputs: weight[0], perGroup: weight[1])
    }
    let groups = sizes[0].inputs / sizes[0].perGroup
    guard groups > 0 else {
      throw InputError(
        path, expected: "a grouped expansion in \(layers[0])", found: "\(sizes[0].perGroup) channels a group")
    }
    // Rounded up by 1 to `groups` channels, so any expansion in a range would do; its lower end always does.
    let lowest = sizes.map { (Double($0.outputs - groups) / Double($0.inputs)).nextUp }.max() ?? 1
    let tenths = (10...160).map { Double($0) / 10 }, hundredths = (100...1600).map { Double($0) / 100 }
    let candidates = [1.2, 2] + tenths + hundredths + [max(1, lowest)]
    let expansion = candidates.first { expansion in
      let width = MobiVariWidth(expansion: expansion, groups: groups)
      return sizes.allSatisfy { width.channels($0.inputs) == $0.outputs && $0.inputs == groups * $0.perGroup }
    }
    guard let expansion else {
      throw InputError(
        path, expected: "an expansion of 1 to 16 of \(layers[0])", found: "\(sizes[0].inputs) to \(sizes[0].outputs)")
    }
    return MobiVariWidth(expansion: expansion, groups: groups)
  }

  /// The channels that a MobiVari layer takes, by its place in the model.
  private func channels(into layer: String) throws -> Int {
    let dim = try shape("shallow.conv.weight", rank: 4)[0]
    switch layer {
    case "down1.reduction": return 4 * dim
    case "bottleneck.mobivari": return dim + dim / 4 + dim / 16
    case "attn_mix.mobivari": return 2 * dim + dim / 4 + dim / 16
    default: return dim
    }
  }
}
