import RAMiTMetrics
import RAMiTModels

/// A key of the JSON: a word of its own, or the name of a metric.
private struct Key: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
  init(_ word: String) { stringValue = word }
  init(_ metric: Metric) { stringValue = metric.rawValue }
}

private typealias Encoding = KeyedEncodingContainer<Key>
private typealias Decoding = KeyedDecodingContainer<Key>

extension ScoreReport {
  /// The object of `ramit evaluate --json`; means that are not numbers become null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(variant, forKey: Key("variant"))
    try container.encode(task, forKey: Key("task"))
    try container.encode(testset, forKey: Key("testset"))
    try container.encode(sigma, forKey: Key("sigma"))
    try container.encode(rows.count, forKey: Key("images"))
    try container.encode(score)
    var deviation = container.nestedContainer(keyedBy: Key.self, forKey: Key("deviation"))
    let (score, baseline) = (score, baseline)
    for metric in score.metrics { try deviation.encode(value: score.deviation(metric), metric) }
    if hasBaseline {
      var inner = container.nestedContainer(keyedBy: Key.self, forKey: Key("baseline"))
      try inner.encode(baseline)
    } else {
      try container.encodeNil(forKey: Key("baseline"))
    }
    var inner = container.nestedContainer(keyedBy: Key.self, forKey: Key("protocol"))
    try inner.encode(scoring, task, addsNoise: sigma != nil)
    try inner.encode(isSelfEnsemble, forKey: Key("selfEnsemble"))
    try container.encode(rows, forKey: Key("rows"))
  }

  /// Reads what `encode` has written; means are computed again.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let task = try container.decodeIfPresent(RestorationTask.self, forKey: Key("task"))
    // Reports of earlier versions say nothing of a protocol; theirs was the paper's.
    let inner = try? container.nestedContainer(keyedBy: Key.self, forKey: Key("protocol"))
    let scoring = try inner?.decodeProtocol() ?? .paper
    var list = try container.nestedUnkeyedContainer(forKey: Key("rows"))
    var rows: [Row] = []
    while !list.isAtEnd {
      let row = try list.nestedContainer(keyedBy: Key.self)
      let baseline = try? row.nestedContainer(keyedBy: Key.self, forKey: Key("baseline"))
      rows.append(
        Row(
          name: try row.decode(String.self, forKey: Key("name")), score: try row.decodeScore(),
          baseline: try baseline?.decodeScore()))
    }
    self.init(
      variant: try container.decode(String.self, forKey: Key("variant")), task: task,
      testset: try container.decode(String.self, forKey: Key("testset")),
      sigma: try container.decodeIfPresent(Double.self, forKey: Key("sigma")), scoring: scoring,
      isSelfEnsemble: try inner?.decodeIfPresent(Bool.self, forKey: Key("selfEnsemble")) ?? false, rows: rows)
  }
}

extension ScoreReport.Row {
  /// An infinite PSNR becomes the text `Infinity`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: Key("name"))
    try container.encode(score)
    guard let baseline else { return try container.encodeNil(forKey: Key("baseline")) }
    var inner = container.nestedContainer(keyedBy: Key.self, forKey: Key("baseline"))
    try inner.encode(baseline)
  }
}

extension Encoding {
  fileprivate mutating func encode(_ mean: MeanScore) throws {
    for metric in mean.metrics { try encode(value: mean[metric], metric) }
    try encode(mean.infinite, forKey: Key("infinite"))
  }

  fileprivate mutating func encode(_ score: Score) throws {
    for metric in Metric.allCases {
      if let value = score[metric] { try encode(value: value, metric) }
    }
  }

  /// Null for what is not a number.
  fileprivate mutating func encode(value: Double, _ metric: Metric) throws {
    try encode(value.isNaN ? nil : value, forKey: Key(metric))
  }

  /// What the task leaves open is written as it was used.
  fileprivate mutating func encode(
    _ scoring: EvaluationProtocol, _ task: RestorationTask?, addsNoise: Bool
  ) throws {
    let rules = scoring.rules(for: task)
    try encode(scoring.name, forKey: Key("name"))
    try encode(!scoring.isUnchanged, forKey: Key("changed"))
    try encode(rules.channels.text, forKey: Key("channels"))
    try encode(rules.channels == .luma ? rules.luma : nil, forKey: Key("luma"))
    try encode(rules.border, forKey: Key("border"))
    try encode(addsNoise ? scoring.noise : nil, forKey: Key("noise"))
    try encode(scoring.metrics, forKey: Key("metrics"))
  }
}

extension Decoding {
  fileprivate func decodeScore() throws -> Score {
    func value(_ metric: Metric) throws -> Double? {
      guard contains(Key(metric)) else { return nil }
      return try decodeIfPresent(Double.self, forKey: Key(metric)) ?? .nan
    }
    var others: [Metric: Double] = [:]
    for metric in Metric.allCases where metric != .psnr && metric != .ssim { others[metric] = try value(metric) }
    return Score(psnr: try value(.psnr) ?? .nan, ssim: try value(.ssim) ?? .nan, others: others)
  }

  fileprivate func decodeProtocol() throws -> EvaluationProtocol {
    var scoring = EvaluationProtocol(try decode(EvaluationProtocol.Name.self, forKey: Key("name")))
    let metrics = try decode([Metric].self, forKey: Key("metrics"))
    guard Set(metrics).count == metrics.count else {
      throw DecodingError.dataCorruptedError(
        forKey: Key("metrics"), in: self, debugDescription: "A metric is named twice.")
    }
    scoring.metrics = metrics
    // A named protocol leaves these to the task, whose values were written.
    guard try decode(Bool.self, forKey: Key("changed")) else { return scoring }
    scoring.channels = try decode(String.self, forKey: Key("channels")) == ScoredChannels.luma.text ? .luma : .rgb
    scoring.border = try decode(Int.self, forKey: Key("border"))
    scoring.luma = try decodeIfPresent(LumaConversion.self, forKey: Key("luma")) ?? scoring.luma
    scoring.noise = try decodeIfPresent(NoiseSource.self, forKey: Key("noise")) ?? scoring.noise
    return scoring
  }
}

extension MeanScore {
  /// What was measured, in the order of the declaration.
  package var metrics: [Metric] { Metric.allCases.filter { $0 == .psnr || $0 == .ssim || others[$0] != nil } }
}
