import Foundation

/// The options of this program, `--name=value`. libFuzzer leaves arguments alone that begin with two dashes.
struct Options {
  private let values: [String: String]

  init(_ arguments: [String]) {
    let pairs = arguments.dropFirst().filter { $0.hasPrefix("--") }.map {
      $0.dropFirst(2).split(separator: "=", maxSplits: 1)
    }
    values = Dictionary(pairs.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }) { $1 }
  }

  subscript(name: String) -> String? { values[name] }

  var target: any FuzzTarget.Type {
    guard let target = fuzzTargets.first(where: { $0.name == self["target"] }) else {
      let names = fuzzTargets.map { $0.name }.joined(separator: "|")
      fail("expected --target=\(names), found \(self["target"] ?? "no target")")
    }
    return target
  }
}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("Fuzzing: \(message)\n".utf8))
  exit(2)
}
