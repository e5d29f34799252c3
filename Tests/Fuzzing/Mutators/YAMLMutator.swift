import RAMiTTensorCore

/// Changes lines of a YAML file: their order, depth, keys and values.
enum YAMLMutator {
  private static let values = [
    "", "null", "~", "0", "-1", "1e308", "-1e308", "1e-308", "9223372036854775807", "-9223372036854775808", "0x10",
    ".inf",
    ".nan", "true", "[]", "{}", "[1, 2, 3]", "{a: 1}", "'a'", "\"\\u0000\"", "!!binary YQ==", "&a 1", "*a", "<<", "|",
    ">",
    "? a", "%YAML 1.2", "---", "...", "[[[[", "{{{{", "x2", "adam", "RAMiT", "~/a", "$HOME", "../a", "1_000", "1:30",
    "1e9",
  ]

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    var lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
    for _ in 0...random.below(3) where !lines.isEmpty {
      let index = random.below(lines.count), value = Array(values.random(&random).utf8)
      switch random.below(9) {
      case 0: Edits.order(&lines, &random)
      case 1: Edits.any(&lines[index], &random, growth: 16)
      case 2: lines[index] = [0x20, 0x20] + lines[index]
      case 3: lines[index] = Array(lines[index].drop { $0 == 0x20 })
      case 4: lines.insert(value, at: index)
      case 5:
        if let word = YAMLSeeds.keys.isEmpty ? nil : YAMLSeeds.keys.random(&random) { setKey(&lines[index], word) }
      default:
        let key = lines[index].prefix { $0 != UInt8(ascii: ":") }
        lines[index] = key + Array(": ".utf8) + value
      }
    }
    file = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  private static func setKey(_ line: inout [UInt8], _ key: [UInt8]) {
    let indentation = line.prefix { $0 == 0x20 }, rest = line.drop { $0 != UInt8(ascii: ":") }
    line = indentation + key + rest
  }
}
