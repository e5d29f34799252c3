extension String {
  /// The candidate with the fewest edits from this name; nil when it is too different to be what was meant.
  ///
  /// At most a third of the name's length, and always one edit, may differ: `windw` suggests `window`, and `xyz`
  /// suggests nothing. Of equally near candidates the first is taken.
  package func nearest(in candidates: some Sequence<String>) -> String? {
    let limit = Swift.max(1, count / 3)
    var best: (name: String, edits: Int)?
    for candidate in candidates {
      let edits = self.edits(to: candidate)
      if edits <= limit, edits < best?.edits ?? .max { best = (candidate, edits) }
    }
    return best?.name
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that turn this name into `other`.
  func edits(to other: String) -> Int {
    let a = Array(lowercased().unicodeScalars), b = Array(other.lowercased().unicodeScalars)
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var edits = Swift.min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = Swift.min(edits, beforeLast[j - 1] + 1) }
        row.append(edits)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
