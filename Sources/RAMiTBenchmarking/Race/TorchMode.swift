import RAMiTDiagnostics

/// How PyTorch computes in a race.
package struct TorchMode: Hashable, Sendable, CustomStringConvertible {
  package enum Option: String, CaseIterable, Sendable {
    /// By torch.compile, which generates C++.
    case compile
    /// Products in bfloat16, by autocast.
    case bfloat16
    /// Memory from jemalloc, which never gives it back to the system: the pages of the C library's large blocks are new
    /// each time.
    case jemalloc
  }

  private let options: Set<Option>

  /// Out of the box, the usual improvements alone, and all of them together.
  package static let standard = [
    [], [.jemalloc], [.compile], [.compile, .jemalloc], [.bfloat16, .jemalloc], [.compile, .bfloat16, .jemalloc],
  ].map(TorchMode.init)

  init(_ options: Set<Option>) { self.options = options }

  private static let plain = "stock"

  /// - Parameter name: `stock`, or options with `+` between them.
  /// - Throws: `InputError` that tells the options.
  package init(_ name: String) throws {
    let parts = name.split(separator: "+", omittingEmptySubsequences: false).map { Option(rawValue: String($0)) }
    let options = Set(parts.compactMap(\.self))
    guard name == Self.plain || options.count == parts.count else {
      let names = Option.allCases.map(\.rawValue).joined(separator: ", ")
      throw InputError("--modes", expected: "\(Self.plain), or some of \(names) with + between them", found: name)
    }
    self.options = options
  }

  /// `stock`, `compile+jemalloc`: as it is read.
  package var description: String {
    let names = Option.allCases.filter(options.contains).map(\.rawValue)
    return names.isEmpty ? Self.plain : names.joined(separator: "+")
  }

  /// For `benchmark.py`, which refuses to run where an option has no effect.
  var arguments: [String] { Option.allCases.filter(options.contains).map { "--\($0)" } }

  var environment: [String: String] {
    guard options.contains(.jemalloc) else { return [:] }
    return ["LD_PRELOAD": "libjemalloc.so.2", "MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1"]
  }
}
