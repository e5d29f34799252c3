import Foundation
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels
import RAMiTRuns

/// A run on one page: how far it is, how good, its curves, samples, configuration and starts.
package struct RunReport {
  let record: RunRecord
  /// How fast a run in progress is, whose page a browser loads again from time to time; nil for any other run.
  let pace: RunPace?

  private static let reloadSeconds = 60

  package init(_ record: RunRecord, pace: RunPace? = nil) {
    self.record = record
    self.pace = pace
  }

  private var summary: RunSummary { RunSummary(record) }
  private var configuration: TrainingConfiguration { record.configuration }

  package var page: String {
    let charts: [Markup] = RunCharts(record).all.map {
      "<div class=\"card\">\($0.svg)</div>\n"
    }
    let content: Markup = """
      \(head)\(facts)\(places)<h2>Curves</h2>
      <div class="charts">
      \(charts)</div>
      \(samples)\(scores)\(starts)\(settings)
      """
    return Page(
      title: "\(configuration.name): \(summary.progress)", reloadSeconds: pace == nil ? nil : Self.reloadSeconds,
      content: content
    ).text
  }

  // MARK: Parts

  private var head: Markup {
    let share = summary.share.map { "\(Int(($0 * 100).rounded(.down)))" } ?? "0"
    return """
      <h1>\(configuration.name)</h1>
      <p>\(configuration.task.title), \(record.settings.model). \(summary.progress)\
      \(pace.map { ", in progress: \(position), \($0.text)" } ?? "").</p>
      <div class="bar"><div style="width: \(share)%"></div></div>

      """
  }

  /// The epoch that the run is in, where its schedule counts epochs.
  private var position: String {
    guard !configuration.schedule.countsIterations, let planned = record.starts.starts.last?.plannedEpochs else {
      return "iteration \(record.iteration.grouped)"
    }
    return "epoch \(min((pace?.epochsDone ?? 0) + 1, planned)) of \(planned)"
  }

  /// What the run learns from, and where its files are.
  private var places: Markup {
    var places: [(String, Markup)] = [("data", "\(configuration.data.train.title)")]
    if configuration.data.validation.type != .none {
      places.append(("validation", "\(configuration.data.validation.title)"))
    }
    if let command = record.starts.starts.last?.command { places.append(("command", "<code>\(command)</code>")) }
    let files = RunFiles(path: record.path)
    places.append(("weights", "<code>\(summary.best == nil ? files.lastWeights : files.bestWeights)</code>"))
    if !summary.isComplete, let program = record.starts.starts.last?.command?.prefix(while: { $0 != " " }) {
      places.append(("to resume", "<code>\(String(program)) train \(files.configuration) --resume</code>"))
    }
    return "<div class=\"places\">\(definitions(places))</div>\n"
  }

  private var facts: Markup {
    let gain = summary.gain
    let quality = gain.map { $0 < 0 ? "bad" : "good" } ?? ""
    var facts: [(String, Markup)] = []
    if let best = summary.best {
      facts = [
        ("PSNR, \(unit) \(time(best))", "<b>\(RunSummary.decibels(best.psnr, infinite: best.infinite)) dB</b>"),
        ("over \(configuration.task.baselineName)", "<b class=\"\(quality)\">\(RunSummary.signed(gain)) dB</b>"),
        ("SSIM, \(unit) \(time(best))", "<b>\(RunSummary.similarity(best.ssim))</b>"),
      ]
    }
    facts += [
      ("last loss", "<b>\(summary.lastLoss)</b>"), ("parameters", "<b>\(summary.parameters)</b>"),
      ("time", "<b>\(summary.time)</b>"),
    ]
    let cards: [Markup] = facts.map { "<div class=\"fact\"><span>\($0)</span>\($1)</div>\n" }
    return "<div class=\"facts\">\n\(cards)</div>\n"
  }

  private var samples: Markup {
    if record.samples.isEmpty { return "" }
    let cards: [Markup] = record.samples.map { sample in
      let score = sample.scores.last
      let figures: [Markup] = sample.panels.map { panel in
        switch panel.title {
        case "restored": figure(panel, caption: panel.title, score?.psnr)
        case configuration.task.baselineName: figure(panel, caption: panel.title, score?.baselinePSNR)
        default: figure(panel, caption: panel.title)
        }
      }
      return """
        <div class="card"><h3>\(sample.name)</h3><div class="panels">\(figures)</div>
        \(details(sample))</div>

        """
    }
    return """
      <h2>Validation images</h2>
      <p>The middle of each, as the latest validation left it, with the PSNR of the whole image; below, its detail
      with the most edges, enlarged.</p>
      <div class="samples">
      \(cards)</div>

      """
  }

  /// The enlarged details, and those of earlier validations.
  private func details(_ sample: RunSample) -> Markup {
    if sample.details.isEmpty { return "" }
    let now: [Markup] = sample.details.map { figure($0, caption: $0.title) }
    let past: [Markup] = sample.past.map { moment in
      let time = configuration.schedule.countsIterations ? moment.entry.iteration : moment.entry.epoch
      return figure(moment.detail, caption: "\(unit) \(time)", moment.entry.psnr)
    }
    let history: Markup = past.isEmpty ? "" : "<div class=\"panels details past\">\(past)</div>\n"
    return "<div class=\"panels details\">\(now)</div>\n\(history)"
  }

  /// What the run's schedule is counted in.
  private var unit: String { configuration.schedule.countsIterations ? "iteration" : "epoch" }

  private func time(_ line: MetricsLine) -> Int {
    configuration.schedule.countsIterations ? line.iteration : line.epoch
  }

  /// The first, the best and the last validation, and the baseline.
  private var scores: Markup {
    guard let best = summary.best, let last = record.history.validations.last else { return "" }
    var table = PageTable(columns: ["validation", unit, "PSNR, dB", "gain", "SSIM", "gain"])
    for (name, line) in [("first", record.history.validations[0]), ("best", best), ("last", last)] {
      table.rows.append([
        "\(name)", "\(time(line))", "\(RunSummary.decibels(line.psnr, infinite: line.infinite))",
        "\(RunSummary.signed(RunSummary.gain(line)))",
        "\(RunSummary.similarity(line.ssim))",
        "\(RunSummary.signed(RunSummary.difference(line.ssim, line.baselineSSIM), digits: 4))",
      ])
    }
    table.rows.append([
      "\(configuration.task.baselineName)", "",
      "\(RunSummary.decibels(best.baselinePSNR, infinite: best.baselineInfinite))", "",
      "\(RunSummary.similarity(best.baselineSSIM))", "",
    ])
    return "<h2>Scores</h2>\n\(table.markup)"
  }

  private var starts: Markup {
    let starts = record.starts.starts
    guard let last = starts.last else { return "" }
    let environment = last.environment
    var table = PageTable(columns: ["start", "iterations", "time", "version", "threads", "changed"])
    // Whoever resumes often wants the latest.
    for start in starts.suffix(Self.mostStarts) {
      table.rows.append([
        "\(start.time)", "\(start.firstIteration) to \(start.lastIteration)", "\(duration(start.seconds))",
        "\(start.environment.version)", "\(start.environment.threads)",
        "\(start.changes?.joined(separator: "; ") ?? "")",
      ])
    }
    let left = starts.count - table.rows.count
    let note: Markup = left > 0 ? "<p>\(left) earlier starts are in environment.json.</p>\n" : ""
    return """
      <h2>Environment</h2>
      \(definitions([
        ("version", "\(environment.version)"), ("seed", "\(String(last.seed))"),
        ("processor", "\(environment.processor)"), ("instructions", "\(environment.instructions)"),
        ("cores", "\(environment.cores)"), ("threads", "\(environment.threads)"), ("system", "\(environment.system)"),
        ("Swift", "\(environment.swift)"),
      ]))<details><summary>Starts of this run (\(starts.count))</summary>
      \(table.markup)\(note)</details>

      """
  }

  private static let mostStarts = 50

  private var settings: Markup {
    let (values, defaults) = (record.settings.values, record.settings.defaults)
    let keys = values.keys.sorted()
    func list(_ keys: [String]) -> Markup { definitions(keys.map { ($0, "\(readableValue(values[$0]))") }) }
    return """
      <h2>Configuration</h2>
      <p>What differs from the defaults of the task and the model.</p>
      \(list(keys.filter { values[$0] != defaults[$0] }))<details><summary>All keys (\(keys.count))</summary>
      \(list(keys))</details>

      """
  }
}

/// A panel with words below it.
/// - Parameter psnr: in dB, to be told beside the words.
func figure(_ panel: RunSample.Panel, caption: String, _ psnr: Double? = nil) -> Markup {
  let score: Markup = psnr.map { ", <b>\(RunSummary.decibels($0)) dB</b>" } ?? ""
  return """
    <figure><img src="\(panel.link)" width="\(panel.image.width)" height="\(panel.image.height)" alt="\(caption)"/>\
    <figcaption>\(caption)\(score)</figcaption></figure>
    """
}

/// How far a run in progress is, and how fast.
package struct RunPace {
  let epochsDone: Int
  let imagesPerSecond, secondsLeft: Double

  /// - Parameters:
  ///   - imagesPerSecond: patches that the run learns from in a second; 0 where it is not known yet.
  ///   - secondsLeft: until the run's end.
  package init(epochsDone: Int, imagesPerSecond: Double, secondsLeft: Double) {
    self.epochsDone = epochsDone
    self.imagesPerSecond = imagesPerSecond
    self.secondsLeft = secondsLeft
  }

  var text: String {
    imagesPerSecond > 0
      ? "\(imagesPerSecond.fixed(1)) images/s, \(duration(secondsLeft)) left" : "just started"
  }
}

extension RestorationTask {
  /// What the task is called in a sentence.
  var title: String {
    switch self {
    case .x2, .x3, .x4: "Super-resolution \(rawValue)"
    case .dn: "Denoising of colour images"
    case .graydn: "Denoising of gray images"
    case .lle: "Low-light enhancement"
    case .dr: "Deraining"
    }
  }
}

extension TrainingDataConfiguration {
  /// What a run learns from, in words.
  var title: String {
    switch type {
    case .folder: [path, inputs.map { "inputs \($0)" }].compactMap(\.self).joined(separator: ", ")
    case .folders: (members ?? []).map(\.path).joined(separator: ", ")
    case .dataset: "\(name ?? "") in \(root ?? "datasets")"
    case .procedural: "images drawn by the program"
    }
  }
}

extension ValidationDataConfiguration {
  /// What a run is scored on, in words.
  var title: String {
    let set =
      switch type {
      case .folder: path ?? ""
      case .dataset: "\(name ?? "") in \(root ?? "datasets")"
      case .procedural: "images drawn by the program"
      case .none: "none"
      }
    return set + (images.map { ", the first \($0.counted("image"))" } ?? "")
      + (sigma.map { ", sigma \(String(significant: $0))" } ?? "")
  }
}
