import Foundation

/// A processor as the system describes it, in lines `name : value` as in Linux's /proc/cpuinfo.
package struct ProcessorDescription: Sendable {
  private let values: [String: String]

  /// Takes the first line of each name, because all processors are alike.
  init(_ text: String) {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
    values = Dictionary(pairs) { first, _ in first }
  }

  /// The processor of this machine; without values where the system has no description.
  package static let machine: ProcessorDescription = {
    // The lines of the first processor fit.
    let start = FileHandle(forReadingAtPath: "/proc/cpuinfo").flatMap { try? $0.read(upToCount: 1 << 14) } ?? Data()
    return ProcessorDescription(String(decoding: start, as: UTF8.self))
  }()

  /// What the maker calls it.
  package var name: String? { value(of: "model name", "Model", "Hardware") }

  /// The value of the first of these names that has one.
  package func value(of names: String...) -> String? { names.lazy.compactMap { values[$0] }.first { !$0.isEmpty } }
}
