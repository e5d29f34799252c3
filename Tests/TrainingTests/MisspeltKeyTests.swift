import Foundation
import TensorCore
import Testing
import Training

/// Keys with a letter wrong, in every shipped configuration.
@Suite struct MisspeltKeyTests {
  private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

  /// A key in a file: its line, from 0, and where it is in the line.
  private struct Place {
    let line: Int
    let range: Range<String.Index>
    let key: String
  }

  private func places(_ lines: [String]) -> [Place] {
    lines.enumerated().flatMap { number, line in
      line.hasPrefix("#")
        ? []
        : line.matches(of: /([A-Za-z0-9]+):/).map { match in
          Place(line: number, range: match.1.startIndex..<match.1.endIndex, key: String(match.1))
        }
    }
  }

  /// One letter dropped, doubled, replaced or inserted, or two swapped.
  private func mutations(_ key: String) -> [String] {
    let letters = Array(key)
    var result: Set<String> = []
    for place in letters.indices {
      var dropped = letters
      dropped.remove(at: place)
      result.insert(String(dropped))
      for letter in Self.letters {
        var replaced = letters, longer = letters
        replaced[place] = letter
        longer.insert(letter, at: place)
        result.formUnion([String(replaced), String(longer)])
      }
      if place > 0 {
        var swapped = letters
        swapped.swapAt(place, place - 1)
        result.insert(String(swapped))
      }
    }
    return result.subtracting([key, ""]).sorted()
  }

  /// What a misspelt key is told.
  private enum Outcome { case suggested, named, refusedOtherwise, accepted }

  private func outcome(_ lines: [String], _ place: Place, _ wrong: String) -> Outcome {
    var lines = lines
    lines[place.line].replaceSubrange(place.range, with: wrong)
    let found = message(lines.joined(separator: "\n"))
    guard found.hasPrefix("c.yaml:\(place.line + 1): "), found.hasSuffix("found '\(wrong)'") else {
      return found == "no error" ? .accepted : .refusedOtherwise
    }
    return found.contains("perhaps '\(place.key)'") ? .suggested : .named
  }

  /// Every mutation of every key once, and one of each key in each file.
  @Test func isRefusedWithItsLineAndTheRightOne() throws {
    var random = RandomNumbers(seed: 1)
    var seen: Set<String> = []
    var total = 0, suggested = 0
    for name in try shippedConfigs() {
      let text = try String(contentsOfFile: configsFolder + "/" + name, encoding: .utf8)
      let lines = text.components(separatedBy: "\n")
      let places = places(lines)
      #expect(places.count > 10)
      for place in places {
        let all = mutations(place.key)
        for wrong in seen.insert(place.key).inserted ? all : [all[random.below(all.count)]] {
          total += 1
          switch outcome(lines, place, wrong) {
          case .suggested: suggested += 1
          case .named: break
          // Another key's name is refused for what it lacks, or because it comes twice.
          case .refusedOtherwise: #expect(seen.contains(wrong) || Self.others.contains(wrong), "\(name): \(wrong)")
          case .accepted: Issue.record("\(name): \(wrong) for \(place.key)")
          }
        }
      }
    }
    #expect(seen.count > 40)
    #expect(Double(suggested) >= 0.95 * Double(total), "\(suggested) of \(total) suggest the right key")
  }

  /// Keys that are one letter from another key.
  private static let others: Set<String> = ["path", "patch"]
}
