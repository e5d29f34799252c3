import RAMiTTensorCore

/// Changes entries of a TIFF's first directory: tags, types, counts and values.
enum TIFFMutator {
  private static let tags: [UInt16] = [
    254, 256, 257, 258, 259, 262, 263, 266, 273, 274, 277, 278, 279, 282, 283, 284, 290, 296, 301, 317, 318, 320, 322,
    323,
    324, 325, 330, 332, 338, 339, 340, 341, 347, 512, 513, 514, 529, 530, 531, 532, 700, 34665, 34675, 37724,
  ]
  /// Values of compression, colours and layout.
  private static let values: [UInt16] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 24, 32, 64, 255, 32771, 32773, 32809, 32844, 32845, 32895, 32946, 34661,
    34712, 34887, 34925, 50000, 50001,
  ]

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    let isLittle = file.first == 0x49
    func number<Value: FixedWidthInteger>(_ type: Value.Type, _ position: Int) -> Value? {
      file.integer(type, at: position).map { isLittle ? $0 : $0.byteSwapped }
    }
    guard random.below(3) > 0, let start = number(UInt32.self, 4), let count = number(UInt16.self, Int(start)),
      count > 0
    else { return Edits.any(&file, &random) }
    for _ in 0...random.below(2) {
      let entry = Int(start) + 2 + 12 * random.below(Int(count))
      guard entry + 12 <= file.count else { return Edits.any(&file, &random) }
      func set<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        let bytes = isLittle ? little(value) : big(value)
        file.replaceSubrange(entry + offset..<entry + offset + bytes.count, with: bytes)
      }
      switch random.below(6) {
      case 0: set(tags.random(&random), at: 0)
      case 1: set(UInt16(1 + random.below(18)), at: 2)
      case 2: set(UInt32(truncatingIfNeeded: Edits.edges.random(&random)), at: 4)
      case 3: set(UInt32(truncatingIfNeeded: Edits.edges.random(&random)), at: 8)
      case 4: set(UInt32(random.below(file.count)), at: 8)
      default: set(values.random(&random), at: 8)
      }
    }
  }
}
