/// The memory that the process may still take: what is free on the machine, or what a limit leaves.
package struct MemoryBudget: Sendable {
  /// The most that the process may use at one time, in bytes; nil for the free memory.
  package var limit: Int?
  /// The processes that share the machine's free memory, this one among them.
  package var sharers = 1

  /// The share of the free memory that the process takes without a limit; other programs keep the rest.
  package static let shareOfFree = 0.9

  package init(limit: Int? = nil) {
    self.limit = limit
  }

  /// The bytes that may still be taken now.
  package var left: Int { left(free: MachineMemory().free, resident: ProcessMemory.resident) }

  /// - Parameters:
  ///   - free: the free memory of the machine.
  ///   - resident: what the process uses.
  func left(free: Int, resident: Int) -> Int {
    let free = free / sharers
    guard let limit else { return Int(Double(free) * Self.shareOfFree) }
    return max(0, min(free, limit - resident))
  }
}

/// An amount of memory as people write it: `8 GB`, `512 MiB`.
public struct MemorySize: Codable, Equatable, Sendable, CustomStringConvertible {
  /// 10^6 to 10^15.
  public let bytes: Int
  /// As it was written.
  public let description: String

  /// The valid values, for messages.
  public static let choices = "a size such as 8 GB, from 1 MB to 1000 TB"

  private static let units: [(name: String, bytes: Double)] = [
    ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40),
  ]

  /// - Parameter text: a number and a unit (MB, GB, TB, MiB, GiB, TiB).
  /// - Returns: nil for another text, or a size out of range.
  public init?(_ text: String) {
    guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count).filter { $0 != " " }),
      (1e6...1e15).contains(number * unit.bytes)
    else { return nil }
    description = text
    bytes = Int(number * unit.bytes)
  }

  /// - Throws: `DecodingError` for a text that is no size.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let size = MemorySize(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.choices)
    }
    self = size
  }

  /// As it was written, not in bytes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
