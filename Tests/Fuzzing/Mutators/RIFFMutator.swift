import RAMiTTensorCore

/// Changes chunks of a WebP, and mends their sizes and the file's.
enum RIFFMutator {
  private struct Chunk {
    var name: [UInt8]
    var data: [UInt8]
  }

  private static let names = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP "]

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    var chunks: [Chunk] = [], position = 12
    while let size = file.integer(UInt32.self, at: position + 4) {
      let end = min(file.count, position + 8 + Int(size))
      chunks.append(Chunk(name: Array(file[position..<position + 4]), data: Array(file[position + 8..<end])))
      position = end + Int(size & 1)
    }
    guard !chunks.isEmpty else { return Edits.any(&file, &random) }
    for _ in 0...random.below(2) where !chunks.isEmpty {
      let index = random.below(chunks.count)
      switch random.below(6) {
      case 0, 1, 2: Edits.any(&chunks[index].data, &random)
      case 3: Edits.number(in: &chunks[index].data, below: 32, &random)
      case 4: Edits.order(&chunks, &random)
      default: chunks[index].name = Array(names.random(&random).utf8)
      }
    }
    var body: [UInt8] = []
    for chunk in chunks {
      body += chunk.name + little(UInt32(chunk.data.count)) + chunk.data
      if !chunk.data.count.isMultiple(of: 2) { body.append(0) }
    }
    file = Array("RIFF".utf8) + little(UInt32(body.count + 4)) + Array("WEBP".utf8) + body
  }
}
