import ArgumentParser
import RAMiTBenchmarking
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels
import RAMiTParallel

/// Images per second of several models.
extension BenchmarkCommand {
  var isTable: Bool { !models.isEmpty || !size.isEmpty }

  private static var all: String { "all" }

  func validateTable() throws {
    if !cases.isEmpty || profile || recompute != .none {
      throw ValidationError("--models and --size make a table of images: no cases, --profile or --recompute")
    }
    if let model, !models.isEmpty || !weights.isEmpty {
      throw ValidationError("--model \(model.name) is one of --models in a table")
    }
    for name in models where name != Self.all && !Architecture.modelNames.contains(name) {
      let names = ([Self.all] + Architecture.modelNames).joined(separator: ", ")
      throw ValidationError("--models takes \(names), not '\(name)'")
    }
    for size in size where !(1...(1 << 16)).contains(size.width) || !(1...(1 << 16)).contains(size.height) {
      throw ValidationError("--size takes sides of 1 to 65536, not \(size.width)x\(size.height)")
    }
  }

  /// The models in the order of the options, each once; `all` are those that have the task.
  private var subjects: [SpeedTable.Subject] {
    let task = task ?? .x2
    let names = models.flatMap { name in
      guard name == Self.all else { return [name] }
      return Architecture.modelNames.filter { Architecture(named: $0, task: task)?.validationError == nil }
    }
    let files = weights.map(\.expandingTilde)
    // Sizes alone are those of the model.
    let named = names.isEmpty && files.isEmpty ? [(model ?? ModelName()).name] : names
    var seen: Set<SpeedTable.Subject> = []
    return (named.map(SpeedTable.Subject.model) + files.map(SpeedTable.Subject.weights)).filter {
      seen.insert($0).inserted
    }
  }

  func printTable() throws {
    if let json { try JSON.prepare(json.expandingTilde) }
    if let markdown { try TextFile.markdown.prepare(markdown.expandingTilde) }
    let sizes = size.isEmpty ? [(width: 320, height: 180)] : size.map { (width: $0.width, height: $0.height) }
    var isWhole = true
    let table = SpeedTable(
      of: subjects,
      .init(task: task, sizes: sizes, threads: threads?.counts ?? [ComputeThreads.count], runs: runs),
      done: { rows in
        guard !quiet, let row = rows.first else { return }
        Program.report("\(row.name), \(row.width)x\(row.height): \(row.result.seconds.median.fixed(3)) s")
      },
      failed: {
        isWhole = false
        Program.report($0)
      })
    Console.print(table.text)
    if let json { try JSON.write(table, to: json.expandingTilde) }
    if let markdown { try TextFile.markdown.write(table.markdown, to: markdown.expandingTilde) }
    if !isWhole { throw ExitCode.failure }
  }
}
