import Foundation
import FoundationXML
import RAMiTDiagnostics
import RAMiTImaging
import Testing

@testable import RAMiTReports
@testable import RAMiTRuns
@testable import RAMiTTraining

@Suite struct RunReportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// A run of one name, in a folder of another.
  private func run(_ name: String, _ settings: [String] = [], until stop: Int = .max) throws -> String {
    let path = folder.path + "/" + name
    _ = try runToy(toyConfiguration(path, settings: settings)) { $0 >= stop }
    return path
  }

  /// The page is whole, and nothing in it is fetched or executed.
  private func expectSelfContained(_ page: String) throws {
    let reader = PageReader(page)
    #expect(reader.isWellFormed)
    #expect(reader.elements.isDisjoint(with: ["script", "link", "iframe", "object"]))
    #expect(reader.attributes.allSatisfy { !$0.name.lowercased().hasPrefix("on") && $0.name != "href" })
    #expect(reader.attributes.filter { $0.name == "src" }.allSatisfy { $0.value.hasPrefix("data:image/png;base64,") })
    #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains("http:"))
    #expect(!page.contains("https:") && !page.contains("url(") && !page.contains("@import"))
    #expect(page.contains("prefers-color-scheme: dark") && page.contains("width=device-width"))
  }

  @Test func aReportHoldsAllThatIsKnown() throws {
    let path = try run("run")
    let page = try text(path + "/report.html")
    try expectSelfContained(page)
    let best = try #require(RunHistory(reading: path + "/metrics.jsonl") { Issue.record($0) }.best)
    for part in [
      "<h1>toy</h1>", "Complete, 20 iterations", "\(best.psnr!.fixed(2)) dB", best.ssim!.fixed(4),
      "training loss", "validation PSNR, dB", "learning rate", "validation SSIM", "leaves-0", "schedule.epochs",
      Product.version, "Starts of this run (1)",
    ] { #expect(page.contains(part), "\(part)") }
    #expect(!page.contains("http-equiv"))
    // The images are the panels of the sheet, a detail of each, and that of the first validation.
    let images = PageReader(page).attributes.filter { $0.name == "src" }.map(\.value)
    let sheet = try ImageFile.read(path + "/samples/leaves-0.png")
    #expect(images.count == 4 + 4 + 1)
    let entries = try SampleScores(reading: path + "/samples/scores.jsonl") { Issue.record($0) }.entries(of: "leaves-0")
    #expect(entries.map(\.iteration) == [10, 20] && entries.allSatisfy(\.isKept))
    #expect(page.contains("restored, <b>\(entries[1].psnr.fixed(2)) dB</b>"))
    #expect(page.contains("bicubic, <b>\(entries[1].baselinePSNR.fixed(2)) dB</b>"))
    #expect(page.contains("epoch 2, <b>\(entries[0].psnr.fixed(2)) dB</b>"))
    #expect(try ImageFile.read(path + "/samples/history/leaves-0/10.png").width == 192)
    for (number, link) in images.prefix(4).enumerated() {
      let data = try #require(Data(base64Encoded: String(link.dropFirst("data:image/png;base64,".count))))
      let panel = sheet.cropped(x: number * (192 + 4), y: 0, width: 192, height: 192)
      #expect(try ImageFile.decode(Array(data), from: "the page") == panel)
    }
  }

  @Test func largeImagesAreCutToTheirMiddle() throws {
    let values = (0..<(3 * 400 + 8) * 300).map { UInt8(truncatingIfNeeded: $0 / 7 ^ $0) }
    let sheet = Image(width: 3 * 400 + 8, height: 300, channels: 1, samples: .uint8(values))
    let sample = try RunSample(sheet, of: .graydn, path: "some/photo.png")
    #expect(sample.name == "photo" && sample.panels.map(\.title) == ["noisy", "restored", "target"])
    for (number, panel) in sample.panels.enumerated() {
      #expect(panel.image == sheet.cropped(x: number * 404 + 72, y: 22, width: 256, height: 256))
    }
    let narrow = sheet.cropped(x: 0, y: 0, width: sheet.width - 1, height: 300)
    #expect(throws: InputError.self) { try RunSample(narrow, of: .graydn, path: "photo.png").name }
  }

  @Test func aRunUnderWayReloadsAndAStoppedOneDoesNot() throws {
    let path = try run("run", until: 7)
    #expect(try !text(path + "/report.html").contains("http-equiv"))
    #expect(try text(path + "/report.html").contains("7 of 20 iterations"))
    var page = ""
    _ = try runToy(toyConfiguration(path), resume: true) { iteration in
      if iteration >= 12 { page = (try? text(path + "/report.html")) ?? "" }
      return iteration >= 12
    }
    #expect(page.contains("<meta http-equiv=\"refresh\" content=\"60\"/>") && page.contains(", in progress"))
    try expectSelfContained(page)
  }

  @Test func namesAreEscaped() throws {
    let name = "</style><script>alert(1)</script>&\"'"
    let path = try run("run", ["name=\(name)".replacing("/", with: "|")])
    let page = try text(path + "/report.html")
    try expectSelfContained(page)
    #expect(page.contains("&lt;|style&gt;&lt;script&gt;alert(1)&lt;|script&gt;&amp;&quot;&#39;"))
    let chart = try text(path + "/curve.svg")
    #expect(XMLParser(data: Data(chart.utf8)).parse() && !chart.contains("<script"))
  }

  @Test func runsAreComparedWithinTheirTasks() throws {
    let first = try run("a", ["name=first"])
    let second = try run("b", ["name=second", "schedule.learningRate=0.02", "output=\(folder.path)/b"], until: 14)
    let third = try run("c", ["task=x3", "name=third"])
    let records = try [first, second, third].map {
      try RunRecord(reading: $0, of: ToyArchitecture.self) { Issue.record($0) }
    }
    let comparison = RunComparison(records)
    let lines = comparison.lines
    #expect(lines.count == 4)
    #expect(lines[0].split(separator: " ", omittingEmptySubsequences: true).prefix(3) == ["run", "task", "parameters"])
    let best = try #require(records[1].history.best)
    let cells = lines[2].split(separator: " ").map(String.init)
    #expect(
      cells.dropLast() == [
        "second", "x2", "6", "14/20", best.psnr!.fixed(2), best.ssim!.fixed(4),
        RunSummary.signed(best.psnr! - best.baselinePSNR!),
      ])
    let page = comparison.page
    try expectSelfContained(page)
    #expect(page.contains("Super-resolution x2") && page.contains("Super-resolution x3"))
    // The rate and nothing else differs between the two of one task.
    #expect(page.count(of: "<h2>Configurations differ in</h2>") == 1)
    #expect(page.contains("<td class=\"words\">schedule.learningRate</td>"))
    #expect(!page.contains("<td class=\"words\">task</td>") && !page.contains("<td class=\"words\">output</td>"))
    // The shared image has the baseline, two restored images and the target, that of the third run one restored image.
    #expect(page.count(of: "<img ") == 4 + 3)
    for sample in records.flatMap(\.samples) {
      let score = try #require(sample.scores.last)
      #expect(
        page.contains("<b>\(score.psnr.fixed(2)) dB</b>") && page.contains("<b>\(score.baselinePSNR.fixed(2)) dB</b>"))
    }
    #expect(page.count(of: "<polyline") == (2 + 3 + 2 + 3) + (1 + 2 + 1 + 2))
  }

  @Test func runsOfOneNameAreToldApartAndOtherImagesAreSaid() throws {
    let first = try run("a"), second = try run("b", ["data.validation.images=2"])
    let comparison = RunComparison(
      try [first, second].map { try RunRecord(reading: $0, of: ToyArchitecture.self) { Issue.record($0) } })
    #expect(comparison.lines[1].hasPrefix(first) && comparison.lines[2].hasPrefix(second))
    #expect(comparison.lines[3].hasPrefix("x2: the runs were scored on different images"))
    #expect(try comparison.page.contains("the runs were scored on different images"))
  }

  @Test func onlyReportsAreOverwritten() throws {
    let comparison = RunComparison([try RunRecord(reading: run("a"), of: ToyArchitecture.self) { Issue.record($0) }])
    let path = folder.path + "/page.html"
    try comparison.write(to: path)
    try comparison.write(to: path)
    #expect(try text(path).contains("<h1>toy</h1>"))
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: InputError.self) { try comparison.write(to: path) }
    #expect(error?.location == path && error?.expected == "a new file, or an earlier report")
    #expect(try text(path) == "mine")
  }

  /// Long runs give pages that are no larger.
  @Test func longRunsGiveSmallPages() throws {
    var record = try RunRecord(path: "run", RunSettings(toyConfiguration("run")))
    for iteration in 1...100_000 {
      record.history.add(MetricsLine(epoch: 0, iteration: iteration, loss: 1 / Double(iteration), learningRate: 1e-4))
    }
    let pace = RunPace(epochsDone: 1, imagesPerSecond: 10, secondsLeft: 60)
    #expect(RunReport(record, pace: pace).page.utf8.count < 60_000)
  }
}

/// What a page is made of.
private final class PageReader: NSObject, XMLParserDelegate {
  private(set) var elements: Set<String> = []
  private(set) var attributes: [(name: String, value: String)] = []
  private(set) var isWellFormed = false

  init(_ page: String) {
    super.init()
    let parser = XMLParser(data: Data(page.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.insert(name)
    self.attributes += attributes.map { ($0.key, $0.value) }
  }
}
