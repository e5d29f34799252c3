import ArgumentParser

/// Keys of a configuration that are written as options. Every key of a model's type can be given, though the command
/// does not know them.
enum KeyOptions {
  /// The same as settings, `key=value`: `--channel-heads 0` and `--channel-heads=0` are `channelHeads=0`, `--hrami` is
  /// `hrami=true`, and `--no-hrami` is `hrami=false`.
  /// - Throws: `ValidationError` for an argument that is not an option.
  static func settings(_ arguments: [String]) throws -> [String] {
    var settings: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--"), argument.count > 2 else {
        throw ValidationError("Unexpected argument '\(argument)'")
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 {
        settings.append("\(key(parts[0]))=\(parts[1])")
      } else if let value = rest.first, !value.hasPrefix("--") {
        settings.append("\(key(parts[0]))=\(rest.removeFirst())")
      } else if parts[0].hasPrefix("no-") {
        settings.append("\(key(parts[0].dropFirst(3)))=false")
      } else {
        settings.append("\(key(parts[0]))=true")
      }
    }
    return settings
  }

  /// `channelHeads` of `channel-heads`.
  private static func key(_ option: Substring) -> String {
    let words = option.split(separator: "-", omittingEmptySubsequences: false)
    return words.dropFirst().reduce(String(words[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
  }
}
