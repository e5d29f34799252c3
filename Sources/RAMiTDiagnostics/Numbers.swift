import Foundation

extension Double {
  /// - Parameter digits: after the point.
  package func fixed(_ digits: Int) -> String {
    guard isFinite else { return self == .infinity ? "inf" : "-" }
    return String(format: "%.\(digits)f", self)
  }
}

extension [Double] {
  /// The standard deviation of what these are a sample of: squares divided by n - 1; NaN for fewer than two values.
  package var sampleDeviation: Double {
    let mean = reduce(0, +) / Double(count)
    return count < 2 ? .nan : (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
  }
}

extension Int {
  /// With a comma between thousands.
  package var grouped: String {
    var text = ""
    for (place, digit) in String(self).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// With what is counted: `1 photo`, `1200 photos`.
  /// - Parameters:
  ///   - noun: of one.
  ///   - plural: of several; nil for the noun with an s.
  ///   - isGrouped: with a comma between thousands.
  package func counted(_ noun: String, _ plural: String? = nil, isGrouped: Bool = false) -> String {
    "\(isGrouped ? grouped : String(self)) \(self == 1 ? noun : plural ?? noun + "s")"
  }
}

/// A small number such as a learning rate: `4.84e-04`.
package func scientific(_ value: Double) -> String { String(format: "%.2e", value) }

/// Hours, minutes and seconds: `1:02:03`, or `2:03`.
package func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}
