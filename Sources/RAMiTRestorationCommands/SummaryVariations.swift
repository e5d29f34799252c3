import ArgumentParser
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

/// A key of a model and some of its values, as they are written: `reconstructionLayers=0,1,2`.
struct VariedKey: ExpressibleByArgument {
  let key: String
  let values: [String]

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    key = String(argument[..<sign])
    var values = [""], depth = 0
    for character in argument[argument.index(after: sign)...] {
      // A list's own commas part nothing.
      if "[{".contains(character) { depth += 1 }
      if "]}".contains(character) { depth -= 1 }
      if character == ",", depth == 0 { values.append("") } else { values[values.count - 1].append(character) }
    }
    guard values.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.values = values
  }

  /// As `--set` takes them.
  var settings: [String] { values.map { "\(key)=\($0)" } }
}

/// What each of some values of a key does to a model's size.
struct SummaryVariations: Encodable {
  /// The size of the model with one value.
  struct Variation: Encodable {
    let value: String
    let parameters, multAdds: Int
  }

  let model: String
  let task: RestorationTask
  /// Width x height, in pixels.
  let outputSize: String
  let key: String
  let variations: [Variation]

  /// A line for each value, with its distance from the first one.
  var table: String {
    var table = TextTable(header: [key, "parameters", "", "Mult-Adds", ""])
    func more(_ difference: Int, of first: Int) -> String {
      let share = 100 * Double(difference) / Double(max(1, first))
      return difference == 0 ? "" : (difference > 0 ? "+" : "-") + abs(share).fixed(2) + " %"
    }
    for variation in variations {
      let first = variations[0]
      table.add([
        variation.value, variation.parameters.grouped,
        more(variation.parameters - first.parameters, of: first.parameters),
        (Double(variation.multAdds) / 1e9).fixed(2) + " G",
        more(variation.multAdds - first.multAdds, of: first.multAdds),
      ])
    }
    return "\(model) \(task.rawValue), Mult-Adds for an output of \(outputSize)\n" + table.text
  }

  /// - Throws: `InputError` that names the file.
  func write(to path: String) throws { try JSON.write(self, to: path) }
}
