import RAMiTFiles
import RAMiTTensorCore

/// Changes chunks of a PNG, and mends their lengths and checksums.
enum PNGMutator {
  private struct Chunk {
    var name: [UInt8]
    var data: [UInt8]
  }

  private static let names = [
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "tEXt", "zTXt", "iTXt", "bKGD", "pHYs",
    "sBIT", "hIST", "tIME", "eXIf", "acTL", "fcTL", "fdAT", "cICP", "mDCV", "cLLI", "sPLT",
  ]

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    var chunks = chunks(of: file)
    guard !chunks.isEmpty else { return Edits.any(&file, &random) }
    for _ in 0...random.below(2) { change(&chunks, &random) }
    file = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]
    for chunk in chunks {
      let named = chunk.name + chunk.data
      file += big(UInt32(chunk.data.count)) + named + big(named.withUnsafeBytes { CRC32.checksum($0) })
    }
  }

  private static func chunks(of file: [UInt8]) -> [Chunk] {
    var chunks: [Chunk] = [], position = 8
    while position + 8 <= file.count {
      let size = Int(file.integer(UInt32.self, at: position)!.byteSwapped)
      let end = min(file.count, position + 8 + size)
      chunks.append(Chunk(name: Array(file[position + 4..<position + 8]), data: Array(file[position + 8..<end])))
      position = end + 4
    }
    return chunks
  }

  private static func change(_ chunks: inout [Chunk], _ random: inout RandomNumbers) {
    guard !chunks.isEmpty else { return }
    let index = random.below(chunks.count)
    switch random.below(10) {
    case 0, 1: Edits.any(&chunks[index].data, &random)
    case 2: Edits.number(in: &chunks[index].data, &random)
    case 3: Edits.order(&chunks, &random)
    case 4: chunks[index].name = Array(names.random(&random).utf8)
    case 5:
      chunks.insert(Chunk(name: Array(names.random(&random).utf8), data: chunks[index].data), at: index)
      Edits.any(&chunks[index].data, &random)
    case 6, 7: changeHeader(&chunks[0].data, &random)
    default: changePixels(&chunks, &random)
    }
  }

  /// Width, height, depth, colour type, interlacing.
  private static func changeHeader(_ data: inout [UInt8], _ random: inout RandomNumbers) {
    guard data.count == 13 else { return Edits.any(&data, &random) }
    switch random.below(5) {
    case 0: data.replaceSubrange(0..<4, with: big(UInt32(random.below(70))))
    case 1: data.replaceSubrange(4..<8, with: big(UInt32(random.below(70))))
    case 2: data[8] = ([1, 2, 4, 8, 16] as [UInt8]).random(&random)
    case 3: data[9] = ([0, 2, 3, 4, 6] as [UInt8]).random(&random)
    default: data[12] ^= 1
    }
  }

  /// The compressed pixels, as one stream, which may end up in several chunks.
  private static func changePixels(_ chunks: inout [Chunk], _ random: inout RandomNumbers) {
    let pixels = chunks.indices.filter { chunks[$0].name == Array("IDAT".utf8) }
    guard let first = pixels.first, var rows = Deflate.inflated(pixels.flatMap { chunks[$0].data }, .zlib) else {
      return
    }
    random.below(3) == 0 ? Edits.number(in: &rows, &random) : Edits.any(&rows, &random)
    var stream = Deflate.deflated(rows, .zlib)
    if random.below(4) == 0 { stream.removeLast(random.below(min(8, stream.count))) }
    for index in pixels.reversed() { chunks.remove(at: index) }
    let cut = random.below(2) == 0 ? stream.count : random.below(stream.count + 1)
    for part in [Array(stream[..<cut]), Array(stream[cut...])].reversed() {
      chunks.insert(Chunk(name: Array("IDAT".utf8), data: part), at: min(first, chunks.count))
    }
  }
}
