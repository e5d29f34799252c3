import RAMiTTensorCore

/// Changes the header of a safetensors file, and mends its length.
enum SafeTensorsMutator {
  private static let pieces = [
    "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},", "\"__metadata__\":{\"a\":\"b\"},",
    "\"shape\":[]",
    "\"dtype\":\"BF16\"", "\"F64\"", "\"I64\"", "\"BOOL\"", "\"F8_E4M3\"", "null", "{}", "[[[[", "\\ud83d\\ude00", "-1",
    "1e9",
    "9223372036854775807", "[0,0]", "\\u0000", "true",
  ]

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    guard let size = file.integer(UInt64.self, at: 0), size <= UInt64(max(0, file.count - 8)) else {
      return Edits.any(&file, &random)
    }
    var header = Array(file[8..<8 + Int(size)]), values = Array(file[(8 + Int(size))...])
    for _ in 0...random.below(2) { change(&header, &values, &random) }
    file = little(UInt64(header.count)) + header + values
  }

  private static func change(_ header: inout [UInt8], _ values: inout [UInt8], _ random: inout RandomNumbers) {
    let place = random.below(header.count + 1)
    switch random.below(8) {
    case 0, 1: Edits.any(&header, &random)
    case 2: header.insert(contentsOf: Array(pieces.random(&random).utf8), at: place)
    case 3:
      let end = min(header.count, place + random.below(80))
      header.insert(contentsOf: header[place..<end], at: random.below(header.count + 1))
    case 4: Edits.any(&values, &random)
    case 5: values = [UInt8](repeating: 0x3f, count: largestNumber(in: header) ?? random.below(64))
    default: changeNumber(&header, &random)
    }
  }

  private static func numbers(in header: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for (index, byte) in header.enumerated() where (0x30...0x39).contains(byte) {
      if let last = ranges.last, last.upperBound == index {
        ranges[ranges.count - 1] = last.lowerBound..<index + 1
      } else {
        ranges.append(index..<index + 1)
      }
    }
    return ranges
  }

  /// The end of the values, where the header is sound.
  private static func largestNumber(in header: [UInt8]) -> Int? {
    numbers(in: header).compactMap { Int(String(decoding: header[$0], as: UTF8.self)) }.filter { $0 <= 4096 }.max()
  }

  private static func changeNumber(_ header: inout [UInt8], _ random: inout RandomNumbers) {
    let ranges = numbers(in: header)
    guard !ranges.isEmpty else { return }
    let other = String(decoding: header[ranges.random(&random)], as: UTF8.self)
    let number = random.below(2) == 0 ? other : "\(Edits.edges.random(&random))"
    header.replaceSubrange(ranges.random(&random), with: Array(number.utf8))
  }
}
