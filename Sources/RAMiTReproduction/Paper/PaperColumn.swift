/// What a column of a table is.
package enum PaperColumn: Equatable, Sendable {
  /// Trained values of the model; its Mult-Adds for an output of 1280 x 720.
  case parameters, multAdds
  /// Scores, as means over the images of test sets.
  case psnr(ScoredSets), ssim(ScoredSets)
  /// The PSNR of one image of a set, by the number that is its name.
  case imagePSNR(BenchmarkSet, image: String)
  /// The standard deviation of the PSNR over the images of a set (of all of them: divided by their number).
  case deviation(BenchmarkSet)
  /// Images of a set that a model restores in a second, on a device; nil stands for this machine.
  case framesPerSecond(BenchmarkSet, device: String?)
  /// A choice of the model's or of its training, in words.
  case setting(PaperSetting)

  /// The sets of a mean.
  package enum ScoredSets: Equatable, Sendable {
    case one(BenchmarkSet)
    /// The mean over the task's sets, each of which counts alike.
    case mean
  }

  package var isNumber: Bool { if case .setting = self { false } else { true } }

  /// The heading.
  package var title: String {
    switch self {
    case .parameters: "#Params"
    case .multAdds: "Mult-Adds"
    case .psnr(.one(let set)): "\(set.rawValue) PSNR"
    case .psnr(.mean): "mean PSNR"
    case .ssim(.one(let set)): "\(set.rawValue) SSIM"
    case .ssim(.mean): "mean SSIM"
    case .imagePSNR(_, let image): image
    case .deviation: "deviation"
    case .framesPerSecond(let set, let device): "\(set.rawValue) FPS, \(device ?? "here")"
    case .setting(let setting): setting.title
    }
  }

  /// A word for programs.
  package var quantity: String {
    switch self {
    case .parameters: "parameters"
    case .multAdds: "multAdds"
    case .psnr: "psnr"
    case .ssim: "ssim"
    case .imagePSNR: "imagePSNR"
    case .deviation: "deviation"
    case .framesPerSecond: "framesPerSecond"
    case .setting(let setting): setting.rawValue
    }
  }

  /// The set whose images are scored or timed; nil for means over several, and for what needs no images.
  package var set: BenchmarkSet? {
    switch self {
    case .psnr(.one(let set)), .ssim(.one(let set)), .imagePSNR(let set, _), .deviation(let set),
      .framesPerSecond(let set, _):
      set
    case .parameters, .multAdds, .psnr(.mean), .ssim(.mean), .setting: nil
    }
  }
}

extension PaperColumn: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case quantity, set, image, device, setting }

  private enum Quantity: String, CaseIterable, Decodable { case psnr, ssim, imagePSNR, deviation, framesPerSecond }

  /// A column of `Tables/`: a quantity with its set, or a setting.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let setting = try container.decodeIfPresent(PaperSetting.self, forKey: .setting) {
      self = .setting(setting)
      return
    }
    func set() throws -> BenchmarkSet { try container.decode(BenchmarkSet.self, forKey: .set) }
    func sets() throws -> ScoredSets {
      try container.decode(String.self, forKey: .set) == "mean" ? .mean : .one(set())
    }
    switch try container.decode(Quantity.self, forKey: .quantity) {
    case .psnr: self = .psnr(try sets())
    case .ssim: self = .ssim(try sets())
    case .imagePSNR: self = .imagePSNR(try set(), image: try container.decode(String.self, forKey: .image))
    case .deviation: self = .deviation(try set())
    case .framesPerSecond:
      self = .framesPerSecond(try set(), device: try container.decodeIfPresent(String.self, forKey: .device))
    }
  }
}
