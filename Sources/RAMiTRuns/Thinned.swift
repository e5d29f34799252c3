/// Elements in the order in which they come, of which a bounded number is kept: the first, the last, and the lowest and
/// the highest of each stretch. Stretches are single elements at first; where there are too many, each two become one.
struct Thinned<Element: Equatable>: Equatable {
  private let height: KeyPath<Element, Double> & Sendable
  /// Of one element or two.
  private var stretches: [[Element]] = []
  /// How many elements a stretch stands for, and the last one so far.
  private var length = 1, lastLength = 0
  private var first: Element?
  private(set) var last: Element?

  /// Even, and more than charts have pixels.
  static var mostStretches: Int { 2048 }

  init(by height: KeyPath<Element, Double> & Sendable) { self.height = height }

  mutating func append(_ element: Element) {
    first = first ?? element
    last = element
    if lastLength < length, let stretch = stretches.popLast() {
      stretches.append(extremes(stretch + [element]))
      lastLength += 1
      return
    }
    if stretches.count == Self.mostStretches {
      stretches = stride(from: 0, to: stretches.count, by: 2).map { extremes(stretches[$0] + stretches[$0 + 1]) }
      length *= 2
    }
    stretches.append([element])
    lastLength = 1
  }

  /// What is kept; all of at most `mostStretches`.
  var elements: [Element] {
    var all = stretches.flatMap(\.self)
    if let first, all.first != first { all.insert(first, at: 0) }
    if let last, all.last != last { all.append(last) }
    return all
  }

  private func extremes(_ elements: [Element]) -> [Element] {
    let lowest = elements.indices.min { elements[$0][keyPath: height] < elements[$1][keyPath: height] }
    let highest = elements.indices.max { elements[$0][keyPath: height] < elements[$1][keyPath: height] }
    guard let lowest, let highest, lowest != highest else { return lowest.map { [elements[$0]] } ?? [] }
    return [elements[min(lowest, highest)], elements[max(lowest, highest)]]
  }
}
