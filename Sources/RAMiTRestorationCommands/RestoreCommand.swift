import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTFiles
import RAMiTImaging
import RAMiTInference
import RAMiTModels
import RAMiTTraining

extension OutputFormat: ExpressibleByArgument {}
extension RestorationPlan.Naming.Style: ExpressibleByArgument {}

extension Color: ExpressibleByArgument {
  /// See `Color.forms`.
  public init?(argument: String) { self.init(argument) }
}

struct RestoreCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "restore", abstract: "Restore photos: enlarge, denoise, brighten or derain them.",
      discussion: """
        Inputs are files, folders with all that is in them (their structure is kept below the output folder), pipes, \
        and - for the standard input. Photos are found by their content, whatever their names; links to folders are \
        followed; hidden files and the folders of systems (@eaDir, lost+found) are left out, and the line before the \
        last names what was. Gray stays gray, 16 bits stay 16 bits, alpha is kept. Outputs are PNG unless --format \
        says otherwise.

        An existing output is skipped when it was made from the same photo with the same weights and options \
        (.ramit-restored.jsonl in the output folder records that), and restored again when any of these has changed. \
        Inputs are never overwritten. A file that is not an earlier result of the photo is overwritten only with \
        --overwrite. A photo that cannot be restored is reported, the others are restored, and the exit code is 1. \
        Control-C stops after the current photo; a second one stops at once.

        Several processes that a launcher of MPI has started share the photos.

        Examples:
          \(Program.name) restore photo.jpg --output large
          \(Program.name) restore photo.jpg --task dn --output clean
          \(Program.name) restore photo.jpg --weights RAMiT_X2.pth --task x2 --output large
          \(Program.name) restore photo.jpg --weights RAMiT_X2.pth --output large.png
          \(Program.name) restore scans more/scan.png --weights dn.safetensors --output clean --format same --json \
          clean.json
          curl https://example.org/a.jpg | \(Program.name) restore - --weights dn.safetensors --output - > a.png
        """)
  }

  @Argument(
    help: ArgumentHelp("Photos and folders of photos; - for the standard input.", valueName: "input"),
    completion: .file())
  var inputs: [String]

  @OptionGroup var weights: WeightOptions<Architecture>

  @Option(
    help: ArgumentHelp(
      """
      The folder of the restored photos, which is created. For one photo also its file, by the ending .png, .jpg, \
      .jpeg or .webp; - for the standard output.
      """, valueName: "path"), completion: .directory)
  var output: String

  @Option(
    help: """
      png; jpeg (without alpha, 8 bits); webp (8 bits); or same: JPEG for JPEG inputs, WebP for WebP, PNG for all \
      others.
      """)
  var format: OutputFormat?

  @Option(help: "Quality of JPEG and WebP outputs, 1 to 100.")
  var quality = 95

  @Flag(help: "Write lossless WebP.")
  var lossless = false

  @Option(
    help: ArgumentHelp(
      "The background of transparent photos in JPEG outputs: a name, #rrggbb, or red,green,blue.", valueName: "color"))
  var background = Color.white

  @Flag(help: "Replace existing outputs, whatever they are.")
  var overwrite = false

  @Flag(help: "Keep the input's ending in the output's name: a.jpg becomes a.jpg.png, beside the a.tif.png of a.tif.")
  var keepSuffix = false

  @Option(
    help: ArgumentHelp(
      """
      How outputs are named: input, as their photos; plain, without the scale behind a low-resolution name \
      (0001x2.png becomes 0001.png); task, with the task behind it (0001_x2.png).
      """, valueName: "style"))
  var names = RestorationPlan.Naming.Style.input

  @Flag(help: "Give outputs the time of their inputs.")
  var keepTimes = false

  @Option(
    help: ArgumentHelp("Write what became of each input to a JSON file; - for the standard output.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      """
      Restore in tiles of N x N input pixels, 32 to 65536 (default: only images too large for the memory, in tiles \
      that fit). Results differ a little: without tiles, channel attention sees the whole image.
      """, valueName: "N"))
  var tile: Int?

  @Option(help: ArgumentHelp("How far tiles see beyond their edges, 0 to 1024 input pixels.", valueName: "pixels"))
  var overlap = 32

  @Flag(help: "Average over the eight ways to turn and mirror an image: a little better, eight times slower.")
  var selfEnsemble = false

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let tile, !(32...65536).contains(tile) { throw ValidationError("--tile must be 32 to 65536, not \(tile)") }
    if !(0...1024).contains(overlap) { throw ValidationError("--overlap must be 0 to 1024, not \(overlap)") }
    if !(1...100).contains(quality) { throw ValidationError("--quality must be 1 to 100, not \(quality)") }
    if output.isEmpty { throw ValidationError("--output must name a folder or a file") }
    if output == "-", json == "-" { throw ValidationError("only one of --output and --json can be -") }
  }

  func run() throws { try Program.onRanks(restore) }

  /// - Returns: the exit code.
  private func restore(_ ranks: Ranks) throws -> ExitCode {
    try common.apply(on: ranks)
    let inputs = inputs.map(\.expandingTilde)
    let destination = RestorationPlan.Destination(output.expandingTilde, inputs: inputs)
    if ranks.count > 1 { try checkSharing(destination, inputs) }
    if case .file(let path) = destination, let format { try checkEnding(path, format) }
    let json = json?.expandingTilde
    var restorer = Restorer(try weights.load(quiet: common.quiet || !ranks.isFirst).model)
    restorer.tile = tile
    restorer.overlap = overlap
    restorer.selfEnsemble = selfEnsemble
    restorer.budget = memory.budget(on: ranks)
    let record = destination.folder.map { RestorationRecord(folder: $0, writer: ranks.rank) }
    let naming = RestorationPlan.Naming(
      format: format ?? .png, keepsSuffix: keepSuffix, style: names, task: restorer.task)
    let plan = RestorationPlan(inputs, to: destination, naming: naming, record: record)
    if destination == .standardOutput, plan.items.count + plan.errors.count != 1 {
      throw InputError("--output -", expected: "one photo", found: "\(plan.items.count + plan.errors.count)")
    }
    if let json, let status = try? FileStatus(json), plan.contains(status) {
      throw InputError("--json", expected: "a file that is no input", found: json)
    }
    if let json, plan.makes(json) { throw InputError("--json", expected: "a file that is no output", found: json) }
    if let json, json != "-", ranks.isFirst { try JSON.prepare(json) }
    if destination == .standardOutput, isatty(STDOUT_FILENO) == 1 {
      throw InputError("standard output", expected: "a file or a pipe for the image", found: "a terminal")
    }
    let report = try restore(plan, restorer, record, ranks)
    if let json, ranks.isFirst { try write(report, to: json) }
    if let signal = try ranks.gather(StopSignals.pending).compactMap(\.self).first { return ExitCode(128 + signal) }
    return report.isComplete ? .success : .failure
  }

  /// Restores a rank's share of the photos, and reports on those of all; the first rank sums up.
  private func restore(
    _ plan: RestorationPlan, _ restorer: Restorer, _ record: RestorationRecord?, _ ranks: Ranks
  ) throws -> RestorationReport {
    // No rank may take another one's new output for one that has been there.
    let names = try ranks.gather(plan.items.map(\.output))
    guard names.allSatisfy({ $0 == names[0] }) else {
      throw InputError("the ranks", expected: "the same photos on all hosts", found: "others")
    }
    let start = Date()
    let share = plan.share(of: ranks.rank, count: ranks.count)
    let own = restore(share, restorer, record, isShared: ranks.count > 1)
    guard ranks.count > 1 else { return finish(own) }
    let shares = try ranks.gather(RestorationShare(own))
    var report = RestorationReport(shares, of: plan, seconds: Date().timeIntervalSince(start))
    guard ranks.isFirst else { return report }
    if var record {
      do { try record.join() } catch { report.add(error) }
    }
    return finish(report)
  }

  /// - Parameter isShared: whether other ranks write into the same folders.
  private func restore(
    _ plan: RestorationPlan, _ restorer: Restorer, _ record: RestorationRecord?, isShared: Bool
  ) -> RestorationReport {
    StopSignals.listen()
    var options = PhotoRestoration.Options()
    options.removesAbandonedFiles = !isShared
    options.overwrites = overwrite
    options.quality = quality
    options.isLossless = lossless
    options.background = background
    options.keepsTimes = keepTimes
    options.writeToStream = { file in
      Console.write(file, to: .output)
      if let failure = Console.failures.first(where: { $0.stream == .output }) { throw failure.error }
    }
    let progress = BatchProgress(count: plan.items.count + plan.errors.count, quiet: common.quiet)
    progress.draw()
    var restorer = restorer
    if progress.isShown {
      // It is called on this thread, between two operations.
      nonisolated(unsafe) let bar = progress
      restorer.progress = { bar.draw(share: $0) }
    }
    let report = PhotoRestoration(restorer, options).run(
      plan, record: record, isStopped: { StopSignals.pending != nil }
    ) { row in
      progress.clear()
      if let error = row.error { Program.report(error) }
      if let line = row.line { tell(line) }
      if row.status != .leftOut { progress.add(seconds: row.status == .restored ? row.seconds : nil) }
    }
    progress.clear()
    return report
  }

  private func finish(_ report: RestorationReport) -> RestorationReport {
    report.errors.forEach { Program.report($0) }
    if let text = report.omissions.text { tell("left out: \(text)") }
    tell(report.text)
    return report
  }

  /// - Throws: `InputError` for photos that several ranks cannot share.
  private func checkSharing(_ destination: RestorationPlan.Destination, _ inputs: [String]) throws {
    if destination == .standardOutput {
      throw InputError(
        "--output -", expected: "a folder, for the photos of several ranks", found: "the standard output")
    }
    guard let stream = inputs.first(where: PhotoSource.isStream) else { return }
    throw InputError(stream, expected: "files and folders, which several ranks can share", found: "a stream")
  }

  private func checkEnding(_ path: String, _ format: OutputFormat) throws {
    guard format.fits(ending: path.pathEnding) else {
      throw InputError("--format", expected: "the kind of --output, \(path)", found: format.rawValue)
    }
  }

  private func write(_ report: RestorationReport, to path: String) throws {
    var settings = ["weights": weights.name, "output": output, "format": (format ?? .png).rawValue]
    if let tile { settings["tile"] = "\(tile)" }
    if selfEnsemble { settings["selfEnsemble"] = "true" }
    let json = try report.json(settings.mapValues(\.showingEscapedBytes))
    if path == "-" { return Console.write(Data(json.utf8), to: .output) }
    try JSON.write(text: json, to: path)
  }

  /// Lines go where they do not mix with an image or JSON.
  private func tell(_ line: String) {
    if !common.quiet { Console.print(line, to: output == "-" || json == "-" ? .errors : .output) }
  }
}
