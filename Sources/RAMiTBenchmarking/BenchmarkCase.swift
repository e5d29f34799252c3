import RAMiTDiagnostics

/// A timed piece of work of a model: `infer:HxW` is one image of H x W pixels, `train:BxP` one step of Adam on B
/// patches of P x P.
package enum BenchmarkCase: Sendable {
  case inference(height: Int, width: Int)
  case training(batch: Int, patch: Int)

  /// What is timed when no case is named.
  package static let standard = ["infer:128x128", "infer:352x640", "train:4x64", "train:16x64"]

  /// - Throws: `InputError` that shows the form.
  package init(_ name: String) throws {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    let sizes = parts.last.map { $0.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) } } ?? []
    let range = 1...(1 << 16)
    guard parts.count == 2, sizes.count == 2, let first = sizes[0], let second = sizes[1], range.contains(first),
      range.contains(second)
    else { throw InputError("benchmark", expected: "infer:HxW or train:BxP", found: name) }
    switch parts[0] {
    case "infer": self = .inference(height: first, width: second)
    case "train": self = .training(batch: first, patch: second)
    default: throw InputError("benchmark", expected: "infer:HxW or train:BxP", found: name)
    }
  }

  var trains: Bool { if case .training = self { true } else { false } }

  package var name: String {
    switch self {
    case .inference(let height, let width): "infer:\(height)x\(width)"
    case .training(let batch, let patch): "train:\(batch)x\(patch)"
    }
  }
}
