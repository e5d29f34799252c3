import Foundation

extension Double {
  /// With so many digits after the point.
  package func fixed(_ digits: Int) -> String {
    guard isFinite else { return self == .infinity ? "inf" : "-" }
    return String(format: "%.\(digits)f", self)
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
}
