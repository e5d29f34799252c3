import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTTensorCore
import Synchronization
import Testing

/// Five hundred small files, some of them with faults that a seed chooses.
struct BadSet {
  enum Fault: CaseIterable {
    case truncatedPNG, truncatedJPEG, empty, wrongSize, noInput, noTarget, cmyk, gray, deep, text
  }

  let folder: TemporaryFolder
  /// The faulty files by their paths in the folder.
  private(set) var faulty: [String: Fault] = [:]

  init(pairs: Int, faults: Int, seed: UInt64) throws {
    folder = try TemporaryFolder()
    var random = RandomNumbers(seed: seed)
    var places = Array(0..<pairs)
    for place in 0..<faults { places.swapAt(place, place + random.below(pairs - place)) }
    let chosen = Set(places.prefix(faults))
    var kind = 0
    for number in 0..<pairs {
      let image = drawn(number % 7, width: 24, height: 20)
      var names = [false, true].map { isInput in
        "\(isInput ? "LQ" : "HQ")/\(number).\(random.below(2) == 0 ? "png" : "jpg")"
      }
      for name in names { try folder.write(image, name) }
      guard chosen.contains(number) else { continue }
      let fault = Fault.allCases[kind % Fault.allCases.count]
      kind += 1
      if random.below(2) == 0 { names.swapAt(0, 1) }
      try damage(names[0], partner: names[1], with: fault, image, &random)
    }
  }

  private mutating func damage(
    _ name: String, partner: String, with fault: Fault, _ image: Image, _ random: inout RandomNumbers
  ) throws {
    func replace(_ type: String, _ write: (String) throws -> Void) throws -> String {
      try FileManager.default.removeItem(atPath: folder.path + "/" + name)
      let new = name.prefix { $0 != "." } + "." + type
      try write(String(new))
      return String(new)
    }
    func cut(_ type: String) throws -> String {
      try replace(type) { new in
        let path = try folder.write(image, new)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        try folder.write(Array(bytes.prefix(bytes.count * (3 + random.below(5)) / 10)), new)
      }
    }
    let input = name.hasPrefix("LQ") ? name : partner, target = name.hasPrefix("LQ") ? partner : name
    switch fault {
    case .truncatedPNG: faulty[try cut("png")] = fault
    case .truncatedJPEG: faulty[try cut("jpg")] = fault
    case .empty: faulty[try replace("png") { try folder.write([UInt8](), $0) }] = fault
    case .text: faulty[try replace("jpg") { try folder.write(Array("no image".utf8), $0) }] = fault
    case .cmyk: faulty[try replace("jpg") { try folder.write(cmykJPEG, $0) }] = fault
    case .gray: faulty[try replace("png") { try folder.write(image.grayscale(), $0) }] = fault
    case .deep:
      faulty[try replace("png") { try folder.write(noisy(1, width: 24, height: 20, bits: 16), $0) }] = fault
    case .wrongSize:
      // The input is the one that is blamed.
      try folder.write(drawn(1, width: 24, height: 19), input)
      faulty[input] = fault
    case .noInput:
      try FileManager.default.removeItem(atPath: folder.path + "/" + input)
      faulty[target] = fault
    case .noTarget:
      try FileManager.default.removeItem(atPath: folder.path + "/" + target)
      faulty[input] = fault
    }
  }
}

@Suite struct BadDataTests {
  @Test(arguments: [1, 2]) func everyFaultIsNamedAndNothingElse(seed: UInt64) throws {
    let bad = try BadSet(pairs: 250, faults: 60, seed: seed)
    #expect(bad.faulty.count == 60)
    let set = try #require(try SelectedSet.folder(bad.folder.path, inputs: nil, settings: nil).first)
    var known: FactsOfFiles = [:]
    let report = DatasetReport(set, known: &known)
    let named = report.faults.map { $0.file.replacing(bad.folder.path + "/", with: "") }
    #expect(named.count == 60 && Set(named) == Set(bad.faulty.keys))
    func found(_ fault: BadSet.Fault) -> [String] {
      report.faults.filter { bad.faulty[$0.file.replacing(bad.folder.path + "/", with: "")] == fault }.map(\.found)
    }
    #expect(found(.cmyk).allSatisfy { $0.hasPrefix("CMYK") } && found(.cmyk).count == 6)
    #expect(found(.gray) == Array(repeating: "a gray one", count: 6))
    #expect(found(.deep) == Array(repeating: "16", count: 6))
    #expect(found(.empty) == Array(repeating: "an empty file", count: 6))
    #expect(found(.wrongSize) == Array(repeating: "24 x 19", count: 6))
    #expect((found(.noInput) + found(.noTarget)) == Array(repeating: "244 images of other names", count: 12))
  }

  /// Damage beside whole pixels: the checksum of their chunk, which is the last before the twelve bytes of the end.
  @Test func whatIsUsedAllTheSameIsNoted() throws {
    let folder = try TemporaryFolder()
    for name in ["a.png", "b.png"] { try folder.write(drawn(1, width: 24, height: 20), name) }
    let path = folder.path + "/b.png"
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count - 13] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let set = try #require(try SelectedSet.folder(folder.path, inputs: nil, settings: nil).first)
    var known: FactsOfFiles = [:]
    let report = DatasetReport(set, known: &known)
    #expect(report.faults.isEmpty && report.notes.map(\.line) == ["\(path): a checksum of the pixels is wrong"])
  }

  @Test func aCMYKFileIsWholeAndStillRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(cmykJPEG, "a.jpg")
    #expect(try ImageFile.read(path).width == 8)
    #expect(try ImageFile.header(path) == ImageHeader(width: 8, height: 8, channels: 3, isCMYK: true))
  }

  @Test func headersAgreeWithTheDecoder() throws {
    let folder = try TemporaryFolder()
    for channels in 1...4 {
      for bits in [8, 16] {
        let path = try folder.write(
          noisy(1, width: 9, height: 5, channels: channels, bits: bits), "\(channels)\(bits).png")
        #expect(try ImageFile.header(path) == ImageHeader(ImageFile.read(path)))
        #expect(try ImageFile.header(path).bitDepth == bits)
      }
    }
    for image in [drawn(1), drawn(1).grayscale()] {
      let path = try folder.write(image, "a.jpg")
      #expect(try ImageFile.header(path) == ImageHeader(ImageFile.read(path)))
    }
  }

  /// Metadata that turns the image, or a colour that is transparent.
  @Test(arguments: [
    ("eXIf", [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0], (5, 9, 3)),
    ("tRNS", [0, 1, 0, 2, 0, 3], (9, 5, 4)),
  ])
  func chunksBeforeThePixelsAreHeeded(_ kind: String, _ content: [UInt8], _ size: (Int, Int, Int)) throws {
    func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    let folder = try TemporaryFolder(), named = Array(kind.utf8) + content
    let path = try folder.write(noisy(1, width: 9, height: 5, channels: 3, bits: 8), "a.png")
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    // After the header, of 8 and 25 bytes.
    bytes.insert(
      contentsOf: bigEndian(content.count) + named + bigEndian(Int(named.withUnsafeBytes { CRC32.checksum($0) })),
      at: 33)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let header = try ImageFile.header(path), decoded = ImageHeader(try ImageFile.read(path))
    #expect((header.width, header.height, header.channels) == size)
    #expect((decoded.width, decoded.height, decoded.channels) == size)
  }

  @Test func brokenPairsGiveWayToTheNextOnAnyThread() throws {
    let names = Mutex<[String]>([])
    func values(threads: Int, limit: Int) throws -> [[Float]] {
      let pairs = SkippingPairs(Broken(), limit: limit) { error in names.withLock { $0.append(error.location) } }
      let sampler = PatchSampler(pairs, PatchSettings(patch: 8, scale: 1), seed: 1)
      let samples = TrainingSamples(sampler, samplesPerEpoch: 20, batch: 4, seed: 1)
      let loader = BatchLoader(0..<10, threads: threads, ahead: 5) { try samples.batch(iteration: $0) }
      return try (0..<10).map { _ in try loader.next()!.target.array }
    }
    let one = try values(threads: 1, limit: 3)
    #expect(names.withLock { $0.sorted() } == ["2", "3", "9"])
    #expect(try values(threads: 4, limit: 3) == one)
    #expect(throws: InputError.self) { try values(threads: 1, limit: 2) }
    let skipping = SkippingPairs(Broken(), limit: 3) { _ in }
    #expect(try skipping.pair(2).name == "4" && skipping.pair(9).name == "0" && skipping.pair(12).name == "4")
  }
}

/// Ten pairs, of which 2, 3 and 9 are broken.
private struct Broken: ImagePairs {
  var count: Int? { 10 }
  func pair(_ index: Int) throws -> ImagePair {
    guard ![2, 3, 9].contains(index % 10) else {
      throw InputError("\(index % 10)", expected: "an image", found: "no such file")
    }
    return Numbered(count: 10, start: 0).pair(index)
  }
}
