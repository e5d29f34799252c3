import ArgumentParser
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTParallel
import RAMiTReports
import RAMiTReproduction
import RAMiTRestorationCommands
import RAMiTTraining

extension PaperTable: ExpressibleByArgument {}
extension ReproductionScale: ExpressibleByArgument {}

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", abstract: "Print tables of the RAMiT paper with this package's values beside them.",
    discussion: """
      Parameters and Mult-Adds are counted from configs/. Scores are of the weights and test sets that are found: \
      weight files below --weights are told by their names (RAMiT_X2.pth, NGswin_x3.pth) and what they hold, runs by \
      their folders, also those below runs/; test sets lie below --data as they are distributed. A cell without a \
      value says what is missing, and the lines below the table the command that makes it.

      With --train the table's trainings run first, one after the other. Ctrl-C saves and stops; the same command \
      resumes. --scale tiny trains small models on drawn images, in seconds each, and scores them on drawn images.

      docs/REPRODUCING.md tells of each table.

      Examples:
        ramit reproduce 2 --weights pretrained --data datasets
        ramit reproduce 4a --json 4a.json --markdown 4a.md
        ramit reproduce all --scale tiny --train
        ramit reproduce 4c --train --data datasets --output runs/reproduce
      """)

  @Argument(
    help: ArgumentHelp(
      "The tables: \(PaperTable.allCases.map(\.rawValue).joined(separator: ", ")), or all.", valueName: "table"))
  var tables: [TableArgument]

  @Option(
    help: ArgumentHelp("A folder with weight files, or runs.", valueName: "dir"), completion: .directory)
  var weights: String?

  @Option(
    help: ArgumentHelp("The folder in which published sets lie (default: datasets).", valueName: "dir"),
    completion: .directory)
  var data: String?

  @Flag(help: "Train what the tables need first; a training that was stopped resumes.")
  var train = false

  @Option(help: "How large trainings are: full, as in the paper, or tiny.")
  var scale = ReproductionScale.full

  @Option(help: ArgumentHelp("The folder of the trainings.", valueName: "dir"), completion: .directory)
  var output = "runs/reproduce"

  @Option(
    help: ArgumentHelp(
      "The folder of the paper's configurations (default: configs, or where the program was installed).",
      valueName: "dir"), completion: .directory)
  var configs: String?

  @Option(
    help: ArgumentHelp("Write the rows to a JSON file.", valueName: "file"), completion: .file(extensions: ["json"]))
  var json: String?

  @Option(help: ArgumentHelp("Write the tables to a Markdown file.", valueName: "file"))
  var markdown: String?

  @Option(help: ArgumentHelp("Write the cells to a CSV file.", valueName: "file"))
  var csv: String?

  @Option(help: ArgumentHelp("Write the tables to a page.", valueName: "file"))
  var html: String?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if tables.isEmpty { throw ValidationError("name a table, or all") }
    for (name, value) in [("--output", output), ("--data", data)] where value?.isEmpty == true {
      throw ValidationError("\(name) must name a folder")
    }
  }

  func run() throws {
    try Program.refuseSeveralProcesses(for: "reproduce")
    try common.apply()
    if let json { try JSON.prepare(json.expandingTilde) }
    if let markdown { try TextFile.markdown.prepare(markdown.expandingTilde) }
    if let csv { try TextFile.csv.prepare(csv.expandingTilde) }
    if let html { try TablePage.prepare(html.expandingTilde) }
    let configurations = try ConfigurationFolder(configs?.expandingTilde)
    let (output, data) = (output.expandingTilde, (data ?? "datasets").expandingTilde)
    // The default folder may be missing: cells then say so.
    if self.data != nil, !Folder.exists(data) {
      throw InputError("--data", expected: "the folder in which published sets lie", found: "no folder \(data)")
    }
    var parts: [PaperPart] = []
    for part in tables.flatMap(\.tables).flatMap(\.parts) where !parts.contains(part) { parts.append(part) }
    if train { try trainAll(parts, configurations, output, data) }
    try show(parts, configurations, output, data)
  }

  private func tell(_ line: String) {
    if !common.quiet { Console.print(line) }
  }

  // MARK: Training

  private func trainAll(
    _ parts: [PaperPart], _ configurations: ConfigurationFolder, _ output: String, _ data: String
  ) throws {
    let queue = try TrainingQueue(parts, configurations: configurations, scale: scale, output: output, data: data)
    let count = queue.experiments.count
    if count > 0 { tell("trainings: \(count)") }
    StopSignals.listen()
    // A tiny run takes seconds: a line for each is enough.
    let display = common.quiet || scale == .tiny ? nil : TrainingProgressBar()
    let bar = TerminalBar(on: .errors, quiet: common.quiet || scale == .full)
    let outcome = try queue.run(
      display: display, isStopRequested: { StopSignals.pending != nil }, skipped: Program.reportSkipped,
      began: { number, experiment in
        bar.draw("training \(number) of \(count)", number - 1, of: count, details: [experiment.name])
        if scale == .full { tell("\ntraining \(number) of \(count): \(experiment.name)") }
      },
      finished: { number, experiment, outcome in
        bar.clear()
        var score = ""
        if case .finished(let best?) = outcome { score = "  PSNR \(best.result.psnr.fixed(2)) dB on drawn images" }
        if scale == .tiny { tell("\(number)/\(count)  \(experiment.name)\(score)") }
      })
    bar.clear()
    StopSignals.stopListening()
    if let signal = StopSignals.pending {
      tell(outcome == .stopped ? "stopped; the same command resumes" : "stopped before the scores")
      throw ExitCode(128 + signal)
    }
    if count > 0 { tell("") }
  }

  // MARK: Tables

  private func show(
    _ parts: [PaperPart], _ configurations: ConfigurationFolder, _ output: String, _ data: String
  ) throws {
    let bar = TerminalBar(on: .errors, quiet: common.quiet)
    var failures = 0
    func note(_ line: String) {
      bar.clear()
      if !common.quiet { Program.report(line) }
    }
    let sets = scale == .tiny ? TestSets.drawn : .folder(data)
    let keeper = ScoreKeeper(sets, budget: memory.budget) { event in
      switch event {
      case .progress(let what, let done, let count): bar.draw(what, done, of: count, details: ["\(done)/\(count)"])
      case .note(let line): note(line)
      case .failed(let error):
        bar.clear()
        Program.report(error)
        failures += 1
      }
    }
    let runs = [RunsFolder(output: output, scale: scale).path] + (scale == .full ? ["runs"] : [])
    let library = try WeightLibrary(folder: weights?.expandingTilde, runs: runs)
    let reproduction = Reproduction(
      configurations: configurations, scale: scale, output: output, library: library, sets: sets, keeper: keeper,
      note: note)
    let context = TableNotes.Context(scale: scale, sets: sets)
    var filled: [ReproducedPart] = []
    for part in parts {
      let table = try reproduction.reproduced(part)
      bar.clear()
      tell((filled.isEmpty ? "" : "\n") + table.text(context).dropLast())
      filled.append(table)
    }
    if let json { try filled.writeJSON(to: json.expandingTilde) }
    if let markdown {
      let text = filled.map { $0.markdown(context) }.joined(separator: "\n")
      try TextFile.markdown.write(text, to: markdown.expandingTilde)
    }
    if let csv { try TextFile.csv.write(filled.csv, to: csv.expandingTilde) }
    if let html { try filled.page(context).write(to: html.expandingTilde) }
    if failures > 0 { throw ExitCode.failure }
  }
}

/// A table, or all of them.
struct TableArgument: ExpressibleByArgument {
  let tables: [PaperTable]

  init?(argument: String) {
    if argument == "all" {
      tables = PaperTable.allCases
      return
    }
    guard let table = PaperTable(rawValue: argument) else { return nil }
    tables = [table]
  }

  static var allValueStrings: [String] { PaperTable.allCases.map(\.rawValue) + ["all"] }
}
