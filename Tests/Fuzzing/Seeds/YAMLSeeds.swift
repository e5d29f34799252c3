import Foundation
import RAMiTExperiments
import RAMiTModels

/// The configurations and manifests of the package, and texts that are meant to be slow.
enum YAMLSeeds {
  static func all() throws -> [[UInt8]] {
    try files.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
      + [
        Array(
          try RunConfiguration<BuiltInArchitecture>(yaml: "data: {train: {path: photos}}", file: "seed").yaml().utf8)
      ] + attacks
  }

  /// Keys of all of them.
  static let keys: [[UInt8]] = {
    let lines = ((try? all()) ?? []).flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
    let words = lines.compactMap { $0.split(separator: ":").first?.trimmingCharacters(in: .whitespaces) }
    return Set(words.filter { $0.allSatisfy { $0.isLetter } && !$0.isEmpty }).sorted().map { Array($0.utf8) }
  }()

  private static var files: [String] {
    ["configs", "datasets"].flatMap { folder in
      let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
      return names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder + "/" + $0 }
    }
  }

  /// Values that stand for billions, as values and as keys; depth; length.
  private static var attacks: [[UInt8]] {
    let levels = (0..<5).map { "a\($0): &a\($0) [\($0 == 0 ? "x, x, x" : "*a\($0 - 1), *a\($0 - 1), *a\($0 - 1)")]" }
    let long = "[" + String(repeating: "x, ", count: 4000) + "x]"
    let texts = [
      levels.joined(separator: "\n"), "a: &a \(long)\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\n? *c\n: 1\n",
      String(repeating: "[", count: 900), String(repeating: "[", count: 20_000), String(repeating: "a:\n ", count: 300),
      "task: " + String(repeating: "x", count: 30_000), "a: !!python/object/apply:os.system [ls]",
    ]
    return texts.map { Array($0.utf8) }
  }
}
