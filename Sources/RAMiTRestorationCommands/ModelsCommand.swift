import ArgumentParser
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

struct ModelsCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "models", abstract: "List the weights that come with the program.",
      discussion: """
        \(Program.name) restore and evaluate take those for the task by themselves; --weights NAME takes any of them, \
        wherever a weight file can be named.

          \(Program.name) models dn                     (one of them, with its scores)
          \(Program.name) convert dn dn.safetensors     (as a file of their own; or dn.pth)
        """)
  }

  @Argument(help: "Names of weights to describe (default: a table of all).")
  var names: [String] = []

  @Option(help: ArgumentHelp("Write the list to a JSON file; - for the standard output.", valueName: "file"))
  var json: String?

  func run() throws {
    let weights = Architecture.pretrained
    if let unknown = names.first(where: { name in !weights.contains { $0.name == name } }) {
      let known = weights.map(\.name).joined(separator: ", ")
      throw InputError(
        unknown, expected: known.isEmpty ? "no name: none come with it" : "one of \(known)", found: "none of them")
    }
    if let json, json != "-" { try JSON.prepare(json.expandingTilde) }
    let entries = try weights.filter { names.isEmpty || names.contains($0.name) }.map(Entry.init)
    if json != "-" { print(entries) }
    guard let json else { return }
    let text = try JSON.encode(entries, isPretty: true)
    if json == "-" {
      Console.print(String(text.dropLast()))
    } else {
      try JSON.write(text: text, to: json.expandingTilde)
    }
  }

  /// What is listed of one.
  private struct Entry: Encodable {
    private enum CodingKeys: String, CodingKey { case name, task, model, parameters, bytes, card }

    let name: String
    let task: RestorationTask
    let model: String
    let parameters, bytes: Int
    let card: ModelCard
    /// The model for people: sizes of one's own have no name.
    let title: String

    init(_ weights: PretrainedWeights) throws {
      let model = try PretrainedModel<Architecture>(weights)
      name = weights.name
      let architecture = model.architecture
      (task, self.model) = (architecture.task, architecture.modelName)
      title = architecture.modelName == "custom" ? "\(architecture.family) (custom sizes)" : architecture.modelName
      (parameters, bytes) = (model.architecture.parameterCount, weights.read().count)
      card = try ModelCard(notes: model.notes, path: weights.path)
    }
  }

  private func print(_ entries: [Entry]) {
    guard !entries.isEmpty else { return Console.print("no weights come with this program") }
    guard names.isEmpty else { return entries.forEach(describe) }
    var table = TextTable(
      header: ["weights", "for", "license", "test set", "dB", "without", "parameters"], textColumns: 4)
    for entry in entries {
      let score = entry.card.scores?.first
      table.add([
        entry.name, entry.card.description ?? entry.task.rawValue, entry.card.license ?? "", score?.set ?? "",
        score?.psnr.fixed(2) ?? "", score?.baseline.fixed(2) ?? "", entry.parameters.grouped,
      ])
    }
    Console.print(table.text)
  }

  private func describe(_ entry: Entry) {
    Console.print("\(entry.name): \(entry.card.description ?? "\(entry.task)")")
    let lines = [
      ("task", entry.task.rawValue), ("model", "\(entry.title), \(entry.parameters.grouped) parameters"),
      ("license", entry.card.license), ("data", entry.card.trainingData), ("training", entry.card.training),
    ]
    for case (let key, let value?) in lines {
      Console.print("  " + key + String(repeating: " ", count: 10 - key.count) + value)
    }
    guard let scores = entry.card.scores, !scores.isEmpty else { return }
    var table = TextTable(header: ["  scores", "PSNR", "SSIM", "without"])
    for score in scores {
      table.add(["  " + score.set, score.psnr.fixed(2), score.ssim.fixed(4), score.baseline.fixed(2)])
    }
    Console.print(table.text)
  }
}
