import RAMiTTensorCore

/// A group of tensors in a weight file: those of one dictionary whose names begin with one prefix.
struct WeightChoice {
  /// The dictionary's keys and the prefix, for messages; empty for the outermost dictionary without a prefix.
  let keyPath: String
  /// The tensors, by their names without the prefix.
  let entries: [TensorDictionary.Entry]
  /// How much of the model the group holds; 0 when it does not belong to the model.
  let fit: Int
  let isAveraged: Bool
  /// Moments and gradients have the names and shapes of the weights.
  let isTrainingState: Bool

  /// Groups with a part of the model come first, then weights before the state of training, more of the model before
  /// less, and averages before other weights. Among equal groups the first in the file is taken.
  func isBetter(than other: WeightChoice) -> Bool {
    if (fit > 0) != (other.fit > 0) { return fit > 0 }
    if isTrainingState != other.isTrainingState { return other.isTrainingState }
    if fit != other.fit { return fit > other.fit }
    return isAveraged && !other.isAveraged
  }

  var description: String { keyPath.isEmpty ? "the weights that stand alone" : "'\(keyPath)'" }

  init(
    _ dictionary: TensorDictionary, prefix: String, entries: [TensorDictionary.Entry], fit: Int
  ) {
    keyPath = [dictionary.keyPath, prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix]
      .filter { !$0.isEmpty }.joined(separator: ".")
    self.entries = entries
    self.fit = fit
    let words = Self.words(keyPath)
    let isMoment = zip(words, words.dropFirst()).contains { $0 == ("exp", "avg") }
    isTrainingState =
      isMoment || words.contains { word in ["optim", "adam", "moment", "grad"].contains { word.hasPrefix($0) } }
    isAveraged = !isTrainingState && words.contains { Self.averages.contains($0) }
  }

  private static let averages: Set<String> = ["ema", "swa", "shadow", "averaged", "average", "avg", "polyak"]

  /// The words of a name in lower case: `netG_ema`, `modelEMA` and `model-ema.0` all have the word "ema".
  private static func words(_ text: String) -> [String] {
    var words: [String] = [""]
    var wasLower = false
    for scalar in text.unicodeScalars {
      let isUpper = ("A"..."Z").contains(scalar), isLower = ("a"..."z").contains(scalar)
      if !isUpper && !isLower || isUpper && wasLower { words.append("") }
      if isUpper || isLower { words[words.count - 1] += String(scalar).lowercased() }
      wasLower = isLower
    }
    return words.filter { !$0.isEmpty }
  }
}

extension WeightContents {
  /// The most groups that are compared. Only a file that is meant to be slow has more.
  private static let maximumGroups = 256
  private static let maximumPrefixes = 16

  /// The group that fits best, and the others that fit too.
  /// - Parameter request: nil for the whole largest dictionary.
  func choice(for request: WeightRequest?) -> (best: WeightChoice, others: [WeightChoice]) {
    var choices: [WeightChoice] = []
    for dictionary in dictionaries {
      choices += request.map { groups(of: dictionary, $0) } ?? []
      if choices.count >= Self.maximumGroups { break }
    }
    if let best = choices.reduce(nil, Self.better) {
      return (best, choices.filter { $0.keyPath != best.keyPath && !$0.isTrainingState && 2 * $0.fit > best.fit })
    }
    // No dictionary has the model's names; a message will name those of the largest.
    let whole = dictionaries.map { dictionary in
      let fit = dictionary.entries.count { $0.source.shape != nil }
      return WeightChoice(dictionary, prefix: "", entries: dictionary.entries, fit: fit)
    }
    return (whole.reduce(nil, Self.better)!, [])
  }

  private static func better(_ best: WeightChoice?, _ next: WeightChoice) -> WeightChoice? {
    guard let best else { return next }
    return next.isBetter(than: best) ? next : best
  }

  /// The groups of a dictionary that belong to the model. What precedes an anchor's name is a prefix.
  private func groups(of dictionary: TensorDictionary, _ request: WeightRequest) -> [WeightChoice] {
    let names = WrappedNames.removing(from: dictionary.entries.map(\.name), keeping: request.anchors)
    var prefixes: [String] = []
    for name in names {
      for anchor in request.anchors where name.utf8.count >= anchor.utf8.count && name.hasSuffix(anchor) {
        guard let prefix = String(name.utf8.dropLast(anchor.utf8.count)) else { continue }
        if !prefixes.contains(prefix), prefixes.count < Self.maximumPrefixes { prefixes.append(prefix) }
      }
    }
    return prefixes.compactMap { prefix in
      let size = prefix.utf8.count
      var entries: [TensorDictionary.Entry] = []
      var shapes: [String: Shape] = [:]
      for (name, entry) in zip(names, dictionary.entries) where name.utf8.starts(with: prefix.utf8) {
        guard let rest = String(name.utf8.dropFirst(size)) else { continue }
        entries.append(.init(name: rest, source: entry.source))
        if let shape = entry.source.shape { shapes[rest] = Shape(shape) }
      }
      guard let fit = request.fit(TensorShapes(shapes)) else { return nil }
      return WeightChoice(dictionary, prefix: prefix, entries: entries, fit: fit)
    }
  }
}

/// The parts that module wrappers add to names: for parallel training, compilation, activation checkpointing.
private enum WrappedNames {
  private static let wrappers: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]

  /// The names without the parts of wrappers. They are unchanged where two names would become equal, and parts that the
  /// model's own names have are kept.
  static func removing(from names: [String], keeping anchors: [String]) -> [String] {
    let known = Set(anchors.flatMap { $0.split(separator: ".") })
    let removable = wrappers.subtracting(known)
    guard names.contains(where: { name in removable.contains { name.utf8.count > $0.utf8.count && name.contains($0) } })
    else { return names }
    let bare = names.map { name in
      name.split(separator: ".", omittingEmptySubsequences: false).filter { !removable.contains($0) }
        .joined(separator: ".")
    }
    return Set(bare).count == names.count ? bare : names
  }
}
