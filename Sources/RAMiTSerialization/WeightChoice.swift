import RAMiTTensorCore

/// One group of tensors in a weight file: those of a dictionary whose names begin with the same prefix.
struct WeightChoice {
  /// Where the dictionary is, and the prefix, for messages; empty for the whole file without a prefix.
  let place: String
  /// Names without the prefix.
  let entries: [(name: String, source: TensorDictionary.Source)]
  /// How much of the model it is; 0 when it is not the model's.
  let fit: Int
  let isAveraged: Bool
  /// Moments and gradients have the weights' names and shapes.
  let isTrainingState: Bool

  /// More of the model first, then what is no training's state, then averages; the file's order decides the rest.
  func isBetter(than other: WeightChoice) -> Bool {
    if (fit > 0) != (other.fit > 0) { return fit > 0 }
    if isTrainingState != other.isTrainingState { return other.isTrainingState }
    if fit != other.fit { return fit > other.fit }
    return isAveraged && !other.isAveraged
  }

  var description: String { place.isEmpty ? "the weights that stand alone" : "'\(place)'" }

  init(
    _ dictionary: TensorDictionary, prefix: String, entries: [(name: String, source: TensorDictionary.Source)], fit: Int
  ) {
    place = [dictionary.place, prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix]
      .filter { !$0.isEmpty }.joined(separator: ".")
    self.entries = entries
    self.fit = fit
    let words = Self.words(place)
    let isMoment = zip(words, words.dropFirst()).contains { $0 == ("exp", "avg") }
    isTrainingState =
      isMoment || words.contains { word in ["optim", "adam", "moment", "grad"].contains { word.hasPrefix($0) } }
    isAveraged = !isTrainingState && words.contains { Self.averages.contains($0) }
  }

  private static let averages: Set<String> = ["ema", "swa", "shadow", "averaged", "average", "avg", "polyak"]

  /// The words of a name, in lower case: `netG_ema`, `modelEMA` and `model-ema.0` all have the word "ema".
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
  /// Groups that are looked at; a file of more is made to be slow.
  private static let maximumGroups = 256
  private static let maximumPrefixes = 16

  /// The group that fits best, and the others that would fit.
  /// - Parameter request: nil for the largest dictionary as it is.
  func choice(for request: WeightRequest?) -> (best: WeightChoice, others: [WeightChoice]) {
    var choices: [WeightChoice] = []
    for dictionary in dictionaries {
      choices += request.map { groups(of: dictionary, $0) } ?? []
      if choices.count >= Self.maximumGroups { break }
    }
    if let best = choices.reduce(nil, Self.better) {
      return (best, choices.filter { $0.place != best.place && !$0.isTrainingState && 2 * $0.fit > best.fit })
    }
    // None has the model's names: the largest one is named in the message.
    let whole = dictionaries.map { dictionary in
      let fit = dictionary.entries.count { $0.source.shape != nil }
      return WeightChoice(dictionary, prefix: "", entries: dictionary.entries.map { ($0.name, $0.source) }, fit: fit)
    }
    return (whole.reduce(nil, Self.better)!, [])
  }

  private static func better(_ best: WeightChoice?, _ next: WeightChoice) -> WeightChoice? {
    guard let best else { return next }
    return next.isBetter(than: best) ? next : best
  }

  /// The groups of a dictionary that are the model's, by what stands before the names of its anchors.
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
      var entries: [(name: String, source: TensorDictionary.Source)] = []
      var shapes: [String: Shape] = [:]
      for (name, entry) in zip(names, dictionary.entries) where name.utf8.starts(with: prefix.utf8) {
        guard let rest = String(name.utf8.dropFirst(size)) else { continue }
        entries.append((rest, entry.source))
        if let shape = entry.source.shape { shapes[rest] = Shape(shape) }
      }
      guard let fit = request.fit(TensorShapes(shapes)) else { return nil }
      return WeightChoice(dictionary, prefix: prefix, entries: entries, fit: fit)
    }
  }
}

/// What wrappers of modules put between the parts of a name: parallel training, compilation, activation checkpointing.
private enum WrappedNames {
  private static let wrappers: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]

  /// The names without the wrappers' parts; unchanged where two would become one, or the model itself has such parts.
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
