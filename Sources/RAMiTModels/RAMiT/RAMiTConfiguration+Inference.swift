import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore

extension RAMiTConfiguration {
  /// A RAMiT of any size.
  public static var weightRequest: WeightRequest {
    WeightRequest(anchors: ["shallow.conv.weight", "to_target.conv.weight"], modules: modules)
  }

  private static let modules: Set<Substring> = [
    "shallow", "stage1", "down1", "stage2", "down2", "stage3", "bottleneck", "stage4", "attn_mix", "to_target",
  ]

  /// The configuration of weights: the one in the file's notes or, in a bare state dictionary, what names and shapes
  /// tell.
  ///
  /// Shapes do not tell whether the reciprocal helper is on (taken from the task), the activation of MobiVari
  /// (LeakyReLU), nor colour denoising from low-light enhancement and deraining: there the task must be given. Heads
  /// and windows without a parameter of their own are the paper's; with both scaled dot products and convolutions for
  /// positions, norms and windows are DaViT's.
  /// - Parameters:
  ///   - task: what the model is for; nil where the weights tell it.
  ///   - path: the file they came from, for messages.
  /// - Throws: `InputError` when the weights are not those of a RAMiT, or not for `task`.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> RAMiTConfiguration {
    if let json = tensors.metadata["model"] { return try RAMiTConfiguration(json: json, path: path) }
    let shapes = InferredShapes(tensors, of: "a RAMiT", path: path)
    let (dim, task) = try shapes.ends(first: "shallow.conv.weight", last: "to_target.conv.weight", given: task)
    var result = RAMiTConfiguration(task: task)
    result.dim = dim
    result.depths = (1...4).map { stage in shapes.count { "stage\(stage).blocks.block\($0)." } }
    let block = "stage1.blocks.block0."
    try result.takeAttention(from: shapes, tensors)
    result.hiddenRatio = InferredShapes.ratio(try shapes[block + "ffn.hidden.weight", rank: 4][0], to: dim)
    result.reconstructionLayers = shapes.count { "to_target.mobivari.mobivari\($0)." }
    result.hrami = shapes.has("attn_mix.")
    result.mobivari.version = shapes.has(block + "mobivari.exp_conv.") ? 2 : 1
    if result.mobivari.version == 2 {
      let cells = dim + dim / 4 + dim / 16
      result.mobivari.width = try shapes.width([(block + "mobivari", dim), ("down1.reduction", 4 * dim)])
      result.wide = try shapes.width(
        [("bottleneck.mobivari", cells)] + (result.hrami ? [("attn_mix.mobivari", dim + cells)] : []))
    }
    return result
  }
}

extension RAMiTConfiguration {
  /// Where the heads are and what they are made of.
  private mutating func takeAttention(from shapes: InferredShapes, _ tensors: NamedTensors) throws {
    let block = "stage1.blocks.block0."
    func has(_ kind: String, _ block: String) -> Bool { shapes.has("\(block)\(kind).") }
    func alternates(_ stage: String) -> Bool {
      has("sp_attn", stage + "block0.") && !has("ch_attn", stage + "block0.") && has("ch_attn", stage + "block1.")
    }
    if (1...4).contains(where: { alternates("stage\($0).blocks.") }) {
      arrangement = .alternating
      helper = false
    }
    if shapes.has(block + "cpe.") { positionEncoding = .convolution }
    let kinds = ["sp_attn", "ch_attn"].filter { has($0, block) }
    if !kinds.isEmpty, !kinds.contains(where: { shapes.has(block + $0 + ".logit_scale") }) { similarity = .dotProduct }
    if similarity == .dotProduct, positionEncoding == .convolution { (normalization, windowShift) = (.pre, false) }
    // The channels of each kind's projection are those of its heads.
    let widths = try ["sp_attn", "ch_attn"].map { kind in
      kinds.contains(kind) ? try shapes[block + kind + ".proj.weight", rank: 4][0] : 0
    }
    let spatial = tensors[block + "sp_attn.logit_scale"]?.count ?? tensors[block + table]?.shape.last
    let channel = tensors[block + "ch_attn.logit_scale"]?.count
    if let known = spatial ?? channel, known > 0 {
      let width = max(1, (spatial == nil ? widths[1] : widths[0]) / known)
      heads = dim / width
    }
    if arrangement == .parallel { channelHeads = channel ?? widths[1] * heads / max(1, dim) }
    if shapes.has(block + table) { window = try shapes.window(block + table) }
  }

  private var table: String { "sp_attn.relative_position_bias_table" }
}

extension RAMiTConfiguration {
  /// Without the family's name, as the files of the first versions have it: notes without one are a RAMiT's.
  public var json: String {
    get throws { try notes(self) }
  }
}

extension InferredShapes {
  /// The expansion and groups that give all of these layers their channels: the paper's if they do, else the roundest.
  /// - Parameter layers: MobiVari layers, and the channels that come into them.
  fileprivate func width(_ layers: [(name: String, inputs: Int)]) throws -> MobiVariWidth {
    // The channels that go into each layer, come out of it, and go into each of its groups.
    let sizes = try layers.map { layer in
      let weight = try self[layer.name + ".exp_conv.weight", rank: 4]
      return (inputs: layer.inputs, outputs: weight[0], perGroup: weight[1])
    }
    let groups = sizes[0].inputs / sizes[0].perGroup
    guard groups > 0 else {
      throw InputError(
        path, expected: "a grouped expansion in \(layers[0].name)", found: "\(sizes[0].perGroup) channels a group")
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
        path, expected: "an expansion of 1 to 16 of \(layers[0].name)",
        found: "\(sizes[0].inputs) to \(sizes[0].outputs)")
    }
    return MobiVariWidth(expansion: expansion, groups: groups)
  }
}
