extension PNGFile {
  /// What the chunks beside the pixels say. A chunk that is damaged is left out. The eXIf chunk, wherever it stands,
  /// counts before a raw profile.
  func readMetadata(notes: inout [String]) -> ImageMetadata {
    var reader = PNGMetadataReader(chunks: chunks)
    let metadata = reader.read()
    notes += reader.notes
    return metadata
  }

  /// The file with chunks for the metadata, after the header.
  static func adding(_ metadata: ImageMetadata, to file: [UInt8]) throws -> [UInt8] {
    let chunks = try metadata.pngChunks()
    guard !chunks.isEmpty else { return file }
    // The signature takes 8 bytes, the header 25.
    return Array(file[..<33]) + chunks + file[33...]
  }
}

private struct PNGMetadataReader {
  let chunks: PNGChunks
  var notes: [String] = []
  private var metadata = ImageMetadata()
  private var damaged: [String] = []
  /// Blocks in text chunks count only where the chunk of their own kind is missing.
  private var rawProfiles: [String: [UInt8]] = [:]
  /// How many bytes may still be unpacked: a small file can hold any number of large texts.
  private var budget = 2 * ImageMetadata.maximumBlock
  private var frames = 0

  init(chunks: PNGChunks) { self.chunks = chunks }

  mutating func read() -> ImageMetadata {
    for chunk in chunks.chunks where chunk.isAncillary && chunk.name != "tRNS" {
      guard chunks.isIntact(chunk), read(chunk) else {
        if !damaged.contains(chunk.name) { damaged.append(chunk.name) }
        continue
      }
    }
    if chunks.chunks.contains(where: { $0.name == "tRNS" && !chunks.isIntact($0) }) { damaged.append("tRNS") }
    addRawProfiles()
    if !damaged.isEmpty { notes.append("damaged chunks are left out (\(damaged.joined(separator: ", ")))") }
    let others = frames - (isAnimated ? 1 : 0)
    if others > 0 { notes.append("\(others) other frame\(others == 1 ? "" : "s") left out") }
    if chunks.endsEarly { notes.append("the end of the file is missing") }
    if chunks.excess > 0 { notes.append("\(chunks.excess) bytes after its end are left out") }
    return metadata
  }

  /// The picture is the animation's first frame: a frame control chunk stands before its pixels.
  private var isAnimated: Bool { chunks.chunks.prefix { $0.name != "IDAT" }.contains { $0.name == "fcTL" } }

  /// - Returns: false when the chunk is damaged.
  private mutating func read(_ chunk: PNGChunks.Chunk) -> Bool {
    let data = chunks.bytes[chunk.data]
    let reader = ByteReader(chunks.bytes, .big)
    func numbers(_ count: Int) -> [UInt32]? {
      guard data.count == 4 * count else { return nil }
      return try? (0..<count).map { UInt32(try reader.uint32(chunk.data.lowerBound + 4 * $0)) }
    }
    switch chunk.name {
    case "gAMA":
      guard let value = numbers(1), value[0] > 0 else { return false }
      metadata.colorSpace.gamma = value[0]
    case "cHRM":
      guard let values = numbers(8) else { return false }
      metadata.colorSpace.chromaticities = values
    case "sRGB":
      guard data.count == 1, data.first! < 4 else { return false }
      metadata.colorSpace.sRGBIntent = data.first
    case "cICP":
      guard data.count == 4 else { return false }
      metadata.colorSpace.codePoints = Array(data)
    case "mDCV", "mDCv":
      guard data.count == 24 else { return false }
      metadata.colorSpace.masteringDisplay = Array(data)
    case "cLLI", "cLLi":
      guard data.count == 8 else { return false }
      metadata.colorSpace.contentLight = Array(data)
    case "pHYs":
      guard data.count == 9, let values = try? (0..<2).map({ try reader.uint32(chunk.data.lowerBound + 4 * $0) }) else {
        return false
      }
      let isMetric = data.last == 1
      let (x, y) = (Double(values[0]), Double(values[1]))
      metadata.density = .init(
        x: isMetric ? x / 100 : x, y: isMetric ? y / 100 : y, unit: isMetric ? .centimetre : .none)
    case "eXIf":
      guard data.count <= ImageMetadata.maximumBlock else { return false }
      metadata.exif = metadata.exif ?? Array(data)
    case "iCCP":
      guard let name = split(data), let method = name.rest.first, method == 0,
        let profile = unpacked(name.rest.dropFirst())
      else { return false }
      metadata.iccProfile = metadata.iccProfile ?? profile
    case "acTL":
      guard data.count == 8, let count = try? reader.uint32(chunk.data.lowerBound) else { return false }
      frames = count
    case "tEXt", "zTXt", "iTXt": return readText(chunk.name, data)
    default: break
    }
    return true
  }

  /// A text up to its zero, and what follows.
  private func split(_ data: ArraySlice<UInt8>) -> (text: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
    data.firstIndex(of: 0).map { (data[..<$0], data[($0 + 1)...]) }
  }

  private mutating func unpacked(_ data: ArraySlice<UInt8>) -> [UInt8]? {
    guard let bytes = Deflate.inflated(data, limit: min(budget, ImageMetadata.maximumBlock)) else { return nil }
    budget -= bytes.count
    return bytes
  }

  private mutating func readText(_ kind: String, _ data: ArraySlice<UInt8>) -> Bool {
    guard let (name, rest) = split(data), !name.isEmpty, name.count < 80 else { return false }
    let keyword = Self.latin(name)
    var value: [UInt8]
    var language = ""
    switch kind {
    case "tEXt":
      guard rest.count <= budget else { return false }
      budget -= rest.count
      value = Array(rest)
    case "zTXt":
      guard rest.first == 0, let text = unpacked(rest.dropFirst()) else { return false }
      value = text
    default:
      guard rest.count >= 2, let (tag, afterTag) = split(rest.dropFirst(2)), let (_, text) = split(afterTag) else {
        return false
      }
      language = Self.latin(tag)
      if rest.first == 1 {
        guard let text = unpacked(text) else { return false }
        value = text
      } else {
        guard text.count <= budget else { return false }
        budget -= text.count
        value = Array(text)
      }
    }
    if keyword == "XML:com.adobe.xmp" {
      metadata.xmp = metadata.xmp ?? value
    } else if let name = RawProfile.name(keyword) {
      guard let block = RawProfile.decoded(value) else { return false }
      rawProfiles[name] = rawProfiles[name] ?? block
    } else if !Self.describesFile(keyword) {
      while value.last == 0 { value.removeLast() }
      metadata.text.append(
        .init(
          keyword: keyword, value: kind == "iTXt" ? String(decoding: value, as: UTF8.self) : Self.latin(value[...]),
          language: language))
    }
    return true
  }

  /// ImageMagick and file managers write properties of the file as texts, such as the orientation that it had.
  private static func describesFile(_ keyword: String) -> Bool {
    ["exif:", "tiff:", "icc:", "png:", "date:", "Thumb::"].contains { keyword.hasPrefix($0) }
  }

  private static func latin(_ bytes: ArraySlice<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  private mutating func addRawProfiles() {
    let adobe = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]
    func isEXIF(_ block: [UInt8]) -> Bool { block.starts(with: "Exif".utf8) }
    // APP1 holds the one or the other.
    let app1 = rawProfiles["app1"]
    if rawProfiles["iptc"] != nil || rawProfiles["8bim"] != nil {
      notes.append("the Photoshop block (IPTC) is left out")
    }
    metadata.exif = metadata.exif ?? rawProfiles["exif"] ?? app1.flatMap { isEXIF($0) ? $0 : nil }
    metadata.xmp =
      metadata.xmp ?? rawProfiles["xmp"]
      ?? app1.flatMap { $0.starts(with: adobe) ? Array($0.dropFirst(adobe.count)) : nil }
    metadata.iccProfile = metadata.iccProfile ?? rawProfiles["icc"] ?? rawProfiles["icm"]
  }
}

extension ImageMetadata {
  /// Chunks that may stand between the header and the pixels, or a palette.
  fileprivate func pngChunks() throws -> [UInt8] {
    var chunks: [UInt8] = []
    func add(_ name: String, _ data: [UInt8]?) { if let data { chunks += PNGChunks.chunk(name, data) } }
    add("cICP", colorSpace.codePoints)
    add("mDCV", colorSpace.masteringDisplay)
    add("cLLI", colorSpace.contentLight)
    if let iccProfile {
      add("iCCP", Array("ICC Profile".utf8) + [0, 0] + (try Deflate.deflated(iccProfile)))
    } else {
      // Beside a profile the chunk is not allowed, and readers go by the profile.
      add("sRGB", colorSpace.sRGBIntent.map { [$0] })
    }
    add("gAMA", colorSpace.gamma.map { bigEndian(Int($0)) })
    add("cHRM", colorSpace.chromaticities.map { $0.flatMap { bigEndian(Int($0)) } })
    if let density {
      let metric = density.per(inches: 1 / 0.0254)
      let (x, y) = metric ?? (density.x, density.y)
      if max(x, y).rounded() < 0x8000_0000 {
        let size = [x, y].flatMap { bigEndian(max(1, Int($0.rounded()))) }
        add("pHYs", size + [metric == nil ? 0 : 1])
      }
    }
    add("eXIf", exif)
    let header = Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0]
    add("iTXt", xmp.map { header + $0 })
    for text in text { add(text.isLatin ? "tEXt" : "iTXt", text.chunk) }
    return chunks
  }
}

extension ImageMetadata.Text {
  /// As PNG allows it: 1 to 79 printable Latin-1 characters.
  private var safeKeyword: [UInt8] {
    let bytes = keyword.unicodeScalars.map {
      (32...126).contains($0.value) || (161...255).contains($0.value) ? UInt8($0.value) : 63
    }
    return Array((bytes.isEmpty ? Array("Comment".utf8) : bytes).prefix(79))
  }

  fileprivate var isLatin: Bool {
    language.isEmpty && value.unicodeScalars.allSatisfy { $0.value != 0 && $0.value < 256 }
  }

  fileprivate var chunk: [UInt8] {
    if isLatin { return safeKeyword + [0] + value.unicodeScalars.map { UInt8($0.value) } }
    return safeKeyword + [0, 0, 0] + language.utf8.filter { $0 != 0 } + [0, 0] + value.utf8.filter { $0 != 0 }
  }
}
