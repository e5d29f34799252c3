import Foundation
import RAMiTTensorCore
import Testing

@testable import RAMiTTraining

/// Keys with a letter wrong, in every shipped configuration.
@Suite struct MisspeltKeyTests {
  private static let letters = Array("abcdefghijklmnopqrstuvwxyz")

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

  /// At each place one letter dropped, doubled, replaced by some others, two swapped, or a random one inserted.
  private func mutations(_ key: String, _ random: inout RandomNumbers) -> [String] {
    let letters = Array(key)
    var result: Set<String> = []
    for place in letters.indices {
      var dropped = letters, doubled = letters, longer = letters
      dropped.remove(at: place)
      doubled.insert(letters[place], at: place)
      longer.insert(Self.letters[random.below(Self.letters.count)], at: place)
      result.formUnion([String(dropped), String(doubled), String(longer)])
      for _ in 0..<5 {
        var replaced = letters
        replaced[place] = Self.letters[random.below(Self.letters.count)]
        result.insert(String(replaced))
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

  /// A file with one key misspelt.
  private struct Trial: Sendable {
    let file: String
    let yaml: String
    /// From 1.
    let line, column: Int
    let key, wrong: String

    var outcome: Outcome {
      let found = message(yaml)
      guard found.hasPrefix("c.yaml:\(line):\(column): "), found.hasSuffix("found '\(wrong)'") else {
        return found == "no error" ? .accepted : .refusedOtherwise
      }
      return found.contains("perhaps '\(key)'") ? .suggested : .named
    }
  }

  /// Many mutations of every key once, and one of each key in each file.
  private func trials() throws -> (trials: [Trial], keys: Set<String>) {
    var random = RandomNumbers(seed: 1)
    var seen: Set<String> = []
    var trials: [Trial] = []
    for name in try shippedConfigs() {
      let text = try String(contentsOfFile: configsFolder + "/" + name, encoding: .utf8)
      let lines = text.components(separatedBy: "\n")
      for place in places(lines) {
        let all = mutations(place.key, &random)
        for wrong in seen.insert(place.key).inserted ? all : [all[random.below(all.count)]] {
          var changed = lines
          let line = lines[place.line]
          changed[place.line].replaceSubrange(place.range, with: wrong)
          trials.append(
            Trial(
              file: name, yaml: changed.joined(separator: "\n"), line: place.line + 1,
              column: line.distance(from: line.startIndex, to: place.range.lowerBound) + 1, key: place.key,
              wrong: wrong))
        }
      }
    }
    return (trials, seen)
  }

  @Test func isRefusedWithItsPlaceAndTheRightOne() async throws {
    let (trials, keys) = try trials()
    #expect(keys.count > 35 && trials.count > 2500)
    let suggested = await withTaskGroup(of: Int.self) { group in
      for part in stride(from: 0, to: trials.count, by: 200) {
        group.addTask {
          var suggested = 0
          for trial in trials[part..<min(part + 200, trials.count)] {
            switch trial.outcome {
            case .suggested: suggested += 1
            case .named: break
            // Another key's name is refused for its value, or because it comes twice.
            case .refusedOtherwise:
              #expect(keys.contains(trial.wrong) || trial.wrong == "path", "\(trial.file): \(trial.wrong)")
            case .accepted: Issue.record("\(trial.file): \(trial.wrong) for \(trial.key)")
            }
          }
          return suggested
        }
      }
      return await group.reduce(0, +)
    }
    #expect(
      Double(suggested) >= 0.95 * Double(trials.count), "\(suggested) of \(trials.count) suggest the right key")
  }
}
