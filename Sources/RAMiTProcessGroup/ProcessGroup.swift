/// Processes that compute one result together, on one machine or on many.
///
/// All ranks call the same functions in the same order, each on the thread that formed the group; a call returns when
/// its rank has what it needs from the others.
package protocol ProcessGroup: AnyObject {
  /// This process, 0 to `count - 1`.
  var rank: Int { get }
  /// The number of processes.
  var count: Int { get }

  /// Gathers a message of every rank.
  /// - Returns: the messages in the order of the ranks, on every rank.
  /// - Throws: `GroupError` when the connection fails.
  func gather(_ message: [UInt8]) throws -> [[UInt8]]

  /// Sends rank 0's bytes to all.
  /// - Parameter bytes: as many on every rank; overwritten, but on rank 0.
  /// - Throws: `GroupError` when the connection fails.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws

  /// Sends each rank a range of `sent`, and receives a range of `received` from each.
  /// - Parameters:
  ///   - sent: the values that are sent, which no other range of memory overlaps.
  ///   - sentRanges: one for each rank; may be empty.
  ///   - receivedRanges: where each rank's values go; as many as that rank sends here.
  /// - Throws: `GroupError` when the connection fails.
  func exchange(
    _ sent: UnsafePointer<Float>, _ sentRanges: [Range<Int>], into received: UnsafeMutablePointer<Float>,
    _ receivedRanges: [Range<Int>])
    throws

  /// Gathers each rank's range of a vector in the vectors of all.
  /// - Parameters:
  ///   - values: each rank's own range holds what it sends; the others are overwritten.
  ///   - ranges: one for each rank.
  /// - Throws: `GroupError` when the connection fails.
  func gather(_ values: UnsafeMutablePointer<Float>, _ ranges: [Range<Int>]) throws

  /// Ends all ranks, at once.
  func abort(code: Int32) -> Never

  /// Waits for all ranks and leaves the group; nothing may be called after it.
  func finish()
}

extension ProcessGroup {
  /// Whether this is the rank that owns files and speaks.
  package var isFirst: Bool { rank == 0 }

  /// Sends rank 0's message, of any length, to all.
  /// - Parameter message: rank 0's; nil on the others.
  /// - Throws: `GroupError` when the connection fails.
  package func broadcast(_ message: [UInt8]?) throws -> [UInt8] {
    var size = UInt64(message?.count ?? 0).littleEndian
    try withUnsafeMutableBytes(of: &size) { try broadcast($0) }
    var bytes = message ?? [UInt8](repeating: 0, count: Int(UInt64(littleEndian: size)))
    try bytes.withUnsafeMutableBytes { try broadcast($0) }
    return bytes
  }

  /// Sends rank 0's values to all.
  /// - Throws: `GroupError` when the connection fails.
  package func broadcast(_ values: UnsafeMutableBufferPointer<Float>) throws {
    try broadcast(UnsafeMutableRawBufferPointer(values))
  }
}
