import Foundation
import RAMiTDiagnostics

/// A cell as the paper prints it: `38.16`, `163.4G`, `940K`, or words.
package struct PaperValue: Equatable, Sendable, Decodable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

  /// What the last letter of a number multiplies it with.
  private var unit: (suffix: String, factor: Double) {
    switch text.last {
    case "G": ("G", 1e9)
    case "K": ("K", 1e3)
    default: ("", 1)
    }
  }

  /// Nil for words.
  package var number: Double? { Double(text.dropLast(unit.suffix.count)).map { $0 * unit.factor } }

  /// Digits after the point.
  private var digits: Int {
    let number = text.dropLast(unit.suffix.count)
    return number.lastIndex(of: ".").map { number.distance(from: $0, to: number.endIndex) - 1 } ?? 0
  }

  /// A number with as many digits, and in the same unit, as this one: what the paper would print.
  package func printed(_ number: Double) -> String {
    let (suffix, factor) = unit
    guard number.isFinite else { return number.fixed(digits) }
    return Self.grouped((number / factor).fixed(digits)) + suffix
  }

  /// As the paper prints it, with a comma between thousands.
  package var shown: String { number == nil ? text : Self.grouped(text) }

  /// Whether a number has the printed digits.
  package func agrees(with number: Double) -> Bool { printed(number) == shown }

  private static func grouped(_ text: String) -> String {
    let whole = text.prefix { $0.isASCII && $0.isNumber }
    guard whole.count > 3, let number = Int(whole) else { return text }
    return number.grouped + text.dropFirst(whole.count)
  }
}
