import RAMiTSerialization

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
