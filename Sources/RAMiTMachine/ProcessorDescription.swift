import Foundation

/// What the system tells of a processor, in lines `name : value` as in Linux's /proc/cpuinfo.
package struct ProcessorDescription: Sendable {
  private let values: [String: String]

  /// Of each name the first line: processors are alike.
  init(_ text: String) {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
    values = Dictionary(pairs) { first, _ in first }
  }

  /// This machine's; without values where the system does not tell.
  package static let machine: ProcessorDescription = {
    // The first processor's lines are shorter than this.
    let start = FileHandle(forReadingAtPath: "/proc/cpuinfo").flatMap { try? $0.read(upToCount: 1 << 14) } ?? Data()
    return ProcessorDescription(String(decoding: start, as: UTF8.self))
  }()

  /// The first of these that has a value.
  package func value(of names: String...) -> String? { names.lazy.compactMap { values[$0] }.first { !$0.isEmpty } }
}
