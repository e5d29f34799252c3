import Foundation

extension Tensor: CustomStringConvertible {
  /// The values as NumPy prints them: brackets for each axis, columns aligned, four digits after the point, and the
  /// shape. A tensor of more than 1000 values shows the first and last three along each axis.
  public var description: String {
    if isMeta { return "tensor of [\(shape)] without values" }
    let isShortened = count > Self.shownInFull
    let shown = shownPlaces(isShortened: isShortened)
    let format = NumberFormat(shown.map { pointer[$0] })
    let texts = shown.map { format.text(pointer[$0]) }
    let width = texts.map(\.count).max() ?? 0
    var next = texts.makeIterator()

    /// The part of the tensor from an axis on; `depth` brackets are open.
    func text(axis: Int) -> String {
      guard axis < shape.rank else {
        let text = next.next() ?? ""
        return String(repeating: " ", count: width - text.count) + text
      }
      let size = shape[axis], isInner = axis == shape.rank - 1
      let isCut = isShortened && size > 2 * Self.shownAtEnds
      var parts: [String] = []
      for index in 0..<(isCut ? 2 * Self.shownAtEnds : size) {
        if isCut, index == Self.shownAtEnds { parts.append("...") }
        parts.append(text(axis: axis + 1))
      }
      let lines =
        String(repeating: "\n", count: max(1, shape.rank - 1 - axis)) + String(repeating: " ", count: axis + 1)
      let separator = isInner ? ", " : "," + lines
      return "[" + parts.joined(separator: separator) + "]"
    }
    // A tensor without elements has no rows to print.
    let values = count == 0 ? "[]" : text(axis: 0)
    return shape.rank == 0 ? values : values + "\nshape [\(shape)]"
  }

  /// The number of values up to which all are shown.
  private static let shownInFull = 1000
  /// The values that are shown at each end of a longer axis.
  private static let shownAtEnds = 3

  /// The places of the values that are shown, in their order.
  private func shownPlaces(isShortened: Bool) -> [Int] {
    guard count > 0 else { return [] }
    var places = [0]
    for size in shape.dimensions {
      let isCut = isShortened && size > 2 * Self.shownAtEnds
      let indices = isCut ? Array(0..<Self.shownAtEnds) + Array(size - Self.shownAtEnds..<size) : Array(0..<size)
      places = places.flatMap { place in indices.map { place * size + $0 } }
    }
    return places
  }
}

/// How the numbers of one tensor are written: as integers where all are, else with four digits, and with an exponent
/// where the largest is too large or the smallest too small for that.
private struct NumberFormat {
  private enum Kind { case integer, fixed, exponent }
  private let kind: Kind

  init(_ values: [Float]) {
    let magnitudes = values.filter { $0.isFinite && $0 != 0 }.map { abs($0) }
    let largest = magnitudes.max() ?? 0, smallest = magnitudes.min() ?? 0
    if largest < 1e8, magnitudes.allSatisfy({ $0 == $0.rounded() }) {
      kind = .integer
    } else if largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e3 && smallest < 1e-3 {
      kind = .exponent
    } else {
      kind = .fixed
    }
  }

  func text(_ value: Float) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    return switch kind {
    case .integer: String(format: "%.0f", Double(value)) + "."
    case .fixed: String(format: "%.4f", Double(value))
    case .exponent: String(format: "%.4e", Double(value))
    }
  }
}
