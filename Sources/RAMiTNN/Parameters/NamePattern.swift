/// A pattern of parameters' names: `*` stands for any text, dots included, `?` for any one character.
package struct NamePattern: Equatable, Sendable {
  let text: String

  package init(_ text: String) { self.text = text }

  /// Whether the whole of a name fits.
  package func matches(_ name: String) -> Bool { edits(to: name) == 0 }

  /// The given names that come closest to fitting, the closest first, for a message.
  package func nearest(in names: [String], count: Int = 3) -> [String] {
    let scored = names.enumerated().map { (name: $1, place: $0, edits: edits(to: $1)) }
    return scored.sorted { ($0.edits, $0.place) < ($1.edits, $1.place) }.prefix(count).map(\.name)
  }

  /// The fewest insertions, deletions and substitutions in a name after which it fits.
  func edits(to name: String) -> Int {
    let pattern = Array(text.unicodeScalars), name = Array(name.unicodeScalars)
    // The edits between the pattern so far and each beginning of the name.
    var costs = Array(0...name.count)
    for scalar in pattern {
      var next = costs
      if scalar == "*" {
        for i in 1..<costs.count { next[i] = min(costs[i], next[i - 1]) }
      } else {
        next[0] = costs[0] + 1
        for i in 1..<costs.count {
          let fits = scalar == "?" || scalar == name[i - 1]
          next[i] = min(costs[i - 1] + (fits ? 0 : 1), costs[i] + 1, next[i - 1] + 1)
        }
      }
      costs = next
    }
    return costs[name.count]
  }
}
