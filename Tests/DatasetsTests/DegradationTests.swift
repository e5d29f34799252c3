import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@Suite struct DegradationTests {
  private func levels(_ image: Image) -> [Double] {
    guard case .uint8(let values) = image.samples else { return [] }
    return values.map(Double.init)
  }

  private func mean(_ image: Image) -> Double { levels(image).reduce(0, +) / Double(levels(image).count) }

  @Test(arguments: [RestorationTask.Kind.lowLight, .deraining])
  func pairsAreNamedBySeedAndNumber(kind: RestorationTask.Kind) {
    func pairs(_ seed: UInt64) -> ProceduralPairs {
      ProceduralPairs(seed: seed, width: 40, height: 32, PairSettings(kind))
    }
    let first = pairs(1).pair(3)
    #expect(first.input != nil && first.input != first.target)
    #expect(pairs(1).pair(3).input == first.input)
    #expect(pairs(2).pair(3).input != first.input && pairs(1).pair(4).input != first.input)
    #expect(first.target == ProceduralPairs(seed: 1, width: 40, height: 32, PairSettings(.denoising)).pair(3).target)
  }

  /// Dark, but not black: light and order stay, so that something can be restored; and with noise.
  @Test func lowLightIsDarkAndNoisy() {
    let pairs = ProceduralPairs(seed: 6, width: 64, height: 64, PairSettings(.lowLight))
    var (dark, bright) = (0.0, 0.0)
    var exposures: [Double] = []
    for index in 0..<16 {
      let pair = pairs.pair(index)
      let before = levels(pair.target), after = levels(pair.input!)
      dark += mean(pair.input!) / 16
      bright += mean(pair.target) / 16
      exposures.append(mean(pair.input!) / mean(pair.target))
      let (meanBefore, meanAfter) = (mean(pair.target), mean(pair.input!))
      let covariance = zip(before, after).reduce(0) { $0 + ($1.0 - meanBefore) * ($1.1 - meanAfter) }
      let power =
        before.reduce(0) { $0 + ($1 - meanBefore) * ($1 - meanBefore) }
        * after.reduce(0) { $0 + ($1 - meanAfter) * ($1 - meanAfter) }
      #expect(covariance / power.squareRoot() > 0.6, "image \(index)")
    }
    #expect(dark < 0.5 * bright && dark > 10)
    #expect(exposures.max()! > 1.5 * exposures.min()!)
  }

  @Test func lowLightNoiseGrowsTowardsTheDark() {
    // Equal levels everywhere: what differs in the input is noise.
    let pairs = ProceduralPairs(seed: 2, width: 96, height: 96, PairSettings(.lowLight))
    var roughness = 0.0
    for index in 0..<8 {
      let pair = pairs.pair(index)
      let before = levels(pair.target.grayscale()), after = levels(pair.input!.grayscale())
      var (sum, count) = (0.0, 0.0)
      for place in 1..<before.count where before[place] == before[place - 1] {
        sum += abs(after[place] - after[place - 1])
        count += 1
      }
      roughness += sum / max(count, 1) / 8
    }
    #expect((0.3...20).contains(roughness), "equal neighbours differ by \(roughness)")
  }

  /// Rain adds light in streaks: few pixels change much, and along the streak's direction changes go on.
  @Test func rainAddsStreaks() {
    let pairs = ProceduralPairs(seed: 4, width: 96, height: 96, PairSettings(.deraining))
    var (along, across, changed) = (0.0, 0.0, 0.0)
    for index in 0..<12 {
      let pair = pairs.pair(index)
      let difference = zip(levels(pair.input!.grayscale()), levels(pair.target.grayscale())).map { $0 - $1 }
      #expect(mean(pair.input!) > mean(pair.target) - 12)
      for y in 1..<96 {
        for x in 1..<96 {
          along += abs(difference[y * 96 + x] - difference[(y - 1) * 96 + x])
          across += abs(difference[y * 96 + x] - difference[y * 96 + x - 1])
          if abs(difference[y * 96 + x]) > 12 { changed += 1 / (12 * 95 * 95) }
        }
      }
    }
    #expect(along < 0.8 * across)
    #expect((0.03...0.7).contains(changed), "\(changed) of the pixels change")
  }

  @Test(arguments: [
    PairSettings(.superResolution, scale: 3), PairSettings(.denoising), PairSettings(.denoising, channels: 1),
    PairSettings(.lowLight), PairSettings(.deraining),
  ])
  func writtenSetsAreWhole(settings: PairSettings) throws {
    let folder = try TemporaryFolder()
    try ProceduralSet(seed: 1, width: 48, height: 36, settings).write(count: 5, to: folder.path)
    let sets = try SelectedSet.folder(folder.path, inputs: nil, settings: nil)
    #expect(sets.count == 1 && sets[0].settings.scale == settings.scale)
    var known: FactsOfFiles = [:]
    let report = DatasetReport(sets[0], known: &known)
    #expect(report.pairs == 5 && report.files == 10 && report.faults.isEmpty)
    let pair = try sets[0].pairs(memory: 0).pair(4)
    let drawn = ProceduralPairs(seed: 1, width: 48, height: 36, settings).pair(4)
    #expect(pair.target == (settings.channels == 1 ? drawn.target.rgb() : drawn.target))
    if let input = drawn.input { #expect(pair.input == input) }
    #expect(pair.input != nil && pair.input != pair.target)
  }

  @Test func statisticsAreThoseOfAllPixels() throws {
    let pairs = ProceduralPairs(seed: 8, width: 20, height: 16, PairSettings(.denoising), count: 40)
    let found = try ChannelStatistics(pairs, count: 40)
    #expect(found.images == 40 && found.mean.count == 3)
    for channel in 0..<3 {
      var values: [Double] = []
      var deviations = 0.0
      for index in 0..<40 {
        let all = levels(pairs.pair(index).target)
        let own = stride(from: channel, to: all.count, by: 3).map { all[$0] / 255 }
        let average = own.reduce(0, +) / Double(own.count)
        deviations += (own.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(own.count)).squareRoot() / 40
        values += own
      }
      let mean = values.reduce(0, +) / Double(values.count)
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      #expect(abs(found.mean[channel] - mean) < 1e-9)
      #expect(abs(found.standardDeviation[channel] - deviation) < 1e-9)
      #expect(abs(found.meanOfDeviations[channel] - deviations) < 1e-9)
    }
  }

  @Test func lowResolutionHasTheSizesOfItsProtocol() throws {
    let folder = try TemporaryFolder()
    let image = drawn(1, width: 53, height: 50)
    try folder.write(image, "photos/a.png")
    let source = folder.path + "/photos"
    #expect(try LowResolution(.floor, scale: 4, multiple: 4).write(source, to: folder.path + "/out") == 1)
    let floor = try ImageFile.read(folder.path + "/out/LR_bicubic/X4/ax4.png")
    #expect(floor == bicubicResize(image, width: 13, height: 12, scale: 0.25))
    _ = try LowResolution(.testset, scale: 4, multiple: 4).write(source, to: folder.path + "/test")
    let whole = image.cropped(x: 0, y: 0, width: 52, height: 48)
    #expect(try ImageFile.read(folder.path + "/test/LR_bicubic/X4/ax4.png") == bicubicDownscale(whole, by: 4))
    _ = try LowResolution(.modcrop, scale: 4, multiple: 12).write(source, to: folder.path + "/out")
    let target = try ImageFile.read(folder.path + "/out/GTmod12/a.png")
    #expect(target == image.cropped(x: 0, y: 0, width: 48, height: 48))
    #expect(try ImageFile.read(folder.path + "/out/LRbicx4/a.png") == bicubicDownscale(target, by: 4))
  }

  /// A set that is made in the folder where its photos lie, under the name that its targets get.
  @Test func photosAreNotReplacedByTheirSet() throws {
    let folder = try TemporaryFolder()
    for name in ["HQ/a.png", "GTmod4/a.png"] { try folder.write(drawn(1, width: 53, height: 50), name) }
    func refused(_ body: () throws -> Int) throws {
      let error = #expect(throws: InputError.self) { try body() }
      #expect(error?.description.hasSuffix("found one of its photos") == true, "\(error?.description ?? "")")
    }
    let chain = DegradationChain([.init(.blur(sigma: 1...1))], scale: 1)
    try refused {
      try DegradedPairs.write(photosOf: folder.path + "/HQ", chain, channels: 3, seed: 1, to: folder.path)
    }
    try refused {
      try LowResolution(.modcrop, scale: 2, multiple: 4).write(folder.path + "/GTmod4", to: folder.path)
    }
    for name in ["HQ/a.png", "GTmod4/a.png"] { #expect(try ImageFile.size(folder.path + "/" + name).width == 53) }
  }

  /// The same images may be there already; others are replaced by those who say so.
  @Test func filesOfAnotherContentStay() throws {
    let folder = try TemporaryFolder()
    let settings = PairSettings(.superResolution, scale: 2)
    func draw(_ seed: UInt64, overwrites: Bool = false) throws {
      try ProceduralSet(seed: seed, width: 48, height: 36, settings)
        .write(count: 3, to: folder.path, overwrites: overwrites)
    }
    try draw(1)
    let first = try ImageFile.read(folder.path + "/HR/0001.png")
    // A run that was stopped.
    try FileManager.default.removeItem(atPath: folder.path + "/LR_bicubic/X2/0002x2.png")
    try draw(1)
    #expect(try ImageFile.list(folder.path + "/LR_bicubic/X2").count == 3)
    let error = #expect(throws: InputError.self) { try draw(2) }
    #expect(error?.description.contains("expected a new file (--overwrite replaces it)") == true, "\(error!)")
    #expect(try ImageFile.read(folder.path + "/HR/0001.png") == first)
    try draw(2, overwrites: true)
    #expect(try ImageFile.read(folder.path + "/HR/0001.png") != first)
    // The targets of several scales are the same.
    for scale in [2, 3] {
      let count = try LowResolution(.modcrop, scale: scale, multiple: 6)
        .write(folder.path + "/HR", to: folder.path + "/sets")
      #expect(count == 3)
    }
  }

  /// Every value of every published image.
  @Test(
    .needsReference,
    arguments: ["Set5", "Set14", "BSD100"], [2, 3, 4])
  func testsetMakesThePublishedImages(set: String, scale: Int) throws {
    let folder = try TemporaryFolder()
    let set = referenceFile("testsets/\(set)")
    _ = try LowResolution(.testset, scale: scale, multiple: scale).write("\(set)/HR", to: folder.path)
    let names = try ImageFile.list("\(folder.path)/LR_bicubic/X\(scale)").map {
      URL(fileURLWithPath: $0).lastPathComponent
    }
    #expect(names.count >= 5)
    for name in names {
      let made = try ImageFile.read("\(folder.path)/LR_bicubic/X\(scale)/\(name)")
      let published = try ImageFile.read("\(set)/LR_bicubic/X\(scale)/\(name)")
      try #require(made.width == published.width && made.height == published.height)
      let differences = zip(levels(made), levels(published)).map { abs($0 - $1) }
      #expect(differences.count { $0 != 0 } == 0, "\(name), by up to \(differences.max() ?? 0)")
    }
  }
}
