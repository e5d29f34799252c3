import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTTensorCore

/// What a rank is and has, which must be alike on all: only the same program computes the same bits.
struct RankIdentity: Codable, Equatable {
  let version: String
  let instructionSet: String
  /// A checksum of the program's file.
  let program: UInt32
  /// The whole configuration, as YAML.
  let configuration: String
  let data: DataSize
}

private struct RankData: Codable {
  let fingerprints: DataFingerprints
  let differences: String
}

extension RankIdentity {
  /// - Throws: `InputError` when the program's file cannot be read.
  init(configuration: String, data: DataSize) throws {
    version = Product.version
    instructionSet = "\(InstructionSet.built)"
    let file = try RandomAccessFile("/proc/self/exe", kind: "the program", maximumSize: .max)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var checksum: UInt32 = 0
    for start in stride(from: 0, to: file.count, by: buffer.count) {
      let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(file.count - start))
      try file.read(into: bytes, at: start)
      checksum = CRC32.checksum(UnsafeRawBufferPointer(bytes), after: checksum)
    }
    program = checksum
    self.configuration = configuration
    self.data = data
  }

  /// How another rank's differs, in words: what is expected, as this one has it, and what was found; nil for no
  /// difference.
  fileprivate func difference(_ other: RankIdentity) -> (expected: String, found: String)? {
    if other == self { return nil }
    if other.version != version { return ("version \(version)", "version \(other.version)") }
    if other.instructionSet != instructionSet {
      return (
        "the program for \(instructionSet) (\(InstructionSet.variable) chooses one for all)",
        "that for \(other.instructionSet)"
      )
    }
    if other.program != program { return ("the same program", "another build of version \(version)") }
    if other.configuration != configuration {
      let lines = zip(configuration.split(separator: "\n"), other.configuration.split(separator: "\n"))
      let first = lines.first { $0 != $1 }
      return (
        "the same configuration" + (first.map { ", \($0.0.trimmingCharacters(in: .whitespaces))" } ?? ""),
        first.map { $0.1.trimmingCharacters(in: .whitespaces) } ?? "another number of keys"
      )
    }
    return ("\(data)", "\(other.data)")
  }
}

extension Ranks {
  /// - Throws: on all ranks, an `InputError` that names a rank which differs from the first one, and in what;
  ///   `SharedError`, `GroupError`.
  func refuseDifferences(_ identity: @autoclosure () throws -> RankIdentity) throws {
    if count == 1 { return }
    let all = try gather(identity())
    for (rank, other) in all.enumerated() {
      guard let (expected, found) = all[0].difference(other) else { continue }
      throw InputError(name(rank), expected: "\(expected), as \(name(0)) has", found: found)
    }
  }

  /// - Parameters:
  ///   - fingerprints: of this rank's data.
  ///   - first: the records of the first rank's files.
  ///   - own: those of this rank's.
  /// - Throws: on all ranks, an `InputError` that names a rank with other data, and how they differ.
  func refuseOtherData(_ fingerprints: DataFingerprints, than first: DataRecords, _ own: DataRecords) throws {
    if count == 1 { return }
    let differences = [(first.training, own.training), (first.validation, own.validation)]
      .filter { $0 != $1 }.map { DataRecords.differences(from: $0, to: $1) }.joined(separator: "; ")
    let all = try gather(RankData(fingerprints: fingerprints, differences: differences))
    for (rank, other) in all.enumerated() where other.fingerprints != all[0].fingerprints {
      throw InputError(name(rank), expected: "the data that \(name(0)) has", found: other.differences)
    }
  }

  /// - Parameter parts: `gradients.accumulate`.
  /// - Throws: `InputError` when there are fewer parts than ranks.
  func refuseTooMany(parts: Int) throws {
    guard count > parts else { return }
    throw InputError(
      "gradients.accumulate",
      expected: "at least a part of the batch for each of \(count) ranks (their number decides the result)",
      found: "\(parts)")
  }

  /// Checks that all ranks have the same values.
  /// - Parameter checksums: of each rank's values.
  /// - Throws: on all ranks, an `InputError` that names a rank which differs from the first one.
  func refuseDifferentValues(_ checksums: [UInt64], location: String) throws {
    guard let rank = checksums.firstIndex(where: { $0 != checksums[0] }) else { return }
    throw InputError(
      location, expected: "the same weights on all ranks",
      found: "others on \(name(rank)) than on \(name(0)) (a fault of memory or processor, or another C library)")
  }

  /// Gives all ranks the first one's values.
  /// - Throws: `GroupError` when the connection fails.
  func broadcast(_ tensor: Tensor) throws {
    try group.broadcast(UnsafeMutableBufferPointer(start: tensor.pointer, count: tensor.count))
  }
}

extension Tensor {
  /// A checksum of all values' bits, in which each bit and each place counts. It takes a millisecond for 4 million
  /// values.
  var checksum: UInt64 {
    let values = UnsafeBufferPointer(start: pointer, count: count)
    var sum: UInt64 = 0
    for i in 0..<values.count {
      // Odd factors lose no bit.
      sum &+= UInt64(values[i].bitPattern) &* (0x9e37_79b9_7f4a_7c15 &* UInt64(truncatingIfNeeded: i) | 1)
    }
    return sum
  }
}
