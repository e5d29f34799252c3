import Foundation

/// Where the ranks run: their hosts, and the processors that each may use there.
package struct Placement: Equatable, Sendable {
  /// One rank's place.
  package struct Place: Codable, Equatable, Sendable {
    package let host: String
    /// The numbers of the host's processors that the rank may use.
    package let processors: [Int]

    package init(host: String, processors: [Int]) {
      self.host = host
      self.processors = processors
    }

    /// That of this process.
    package static var own: Place { Place(host: hostName, processors: allowedProcessors) }
  }

  /// In the order of the ranks.
  package let places: [Place]

  package init(_ places: [Place]) { self.places = places }

  /// The ranks on a rank's host, itself included.
  package func neighbours(of rank: Int) -> Int { places.count { $0.host == places[rank].host } }

  /// The threads with which a rank computes: one for each processor of its own, and its share of those that it shares
  /// with others.
  package func threads(of rank: Int) -> Int {
    let own = places[rank]
    var shares = 0.0
    for processor in own.processors {
      shares += 1 / Double(places.count { $0.host == own.host && $0.processors.contains(processor) })
    }
    // A third of a processor, three times, is a whole one.
    return max(1, Int((shares + 1e-9).rounded(.down)))
  }

  /// Whether no two ranks share a processor.
  package var isBound: Bool {
    var taken: [String: Set<Int>] = [:]
    for place in places {
      guard taken[place.host, default: []].isDisjoint(with: place.processors) else { return false }
      taken[place.host, default: []].formUnion(place.processors)
    }
    return true
  }

  /// One line for a person.
  package var summary: String {
    let hosts = Set(places.map(\.host)).count
    let threads = Set(places.indices.map { self.threads(of: $0) }).sorted()
    let each = threads.count == 1 ? "\(threads[0])" : "\(threads[0]) to \(threads[threads.count - 1])"
    let line =
      "\(places.count) ranks on \(hosts == 1 ? places[0].host : "\(hosts) hosts"), \(each)"
      + " \(threads == [1] ? "thread" : "threads") each"
    return line + (isBound ? "" : "; they share processors: mpirun --map-by slot:PE=N --bind-to core gives each rank N")
  }

  /// The name of this host.
  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "?" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The processors in this process's affinity mask; without one, as many as the system says there are.
  private static var allowedProcessors: [Int] {
    let status = FileHandle(forReadingAtPath: "/proc/self/status").flatMap { try? $0.readToEnd() } ?? Data()
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(listName) }
    let processors = line.map { numbers(in: $0.dropFirst(listName.count)) } ?? []
    return processors.isEmpty ? Array(0..<ProcessInfo.processInfo.activeProcessorCount) : processors
  }

  private static let listName = "Cpus_allowed_list:"

  /// The numbers of a list such as `0-3,8,10-11`; empty where it is none.
  static func numbers(in list: some StringProtocol) -> [Int] {
    var numbers: [Int] = []
    for part in list.trimmingCharacters(in: .whitespaces).split(separator: ",") {
      let ends = part.split(separator: "-").map { Int($0) }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
        return []
      }
      numbers += first...last
    }
    return numbers
  }
}
