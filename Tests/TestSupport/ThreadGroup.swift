import Foundation
import RAMiTProcessGroup

// @unchecked: what ranks share lies on a board, under its lock.
/// A group whose ranks are threads of this process.
package final class ThreadGroup: @unchecked Sendable {
  package let rank, count: Int
  private let board: Board

  private init(rank: Int, count: Int, board: Board) {
    (self.rank, self.count, self.board) = (rank, count, board)
  }

  /// Runs `body` as each rank, on threads of their own, and returns what each gave, in order. A rank that throws leaves
  /// the group: those that wait for it, or will, throw as well.
  package static func run<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (any ProcessGroup) throws -> Result
  ) -> [Swift.Result<Result, any Error>] {
    let board = Board(count: count), ends = DispatchGroup()
    let results = Results<Result>(count: count)
    for rank in 0..<count {
      ends.enter()
      let thread = Thread {
        let group = ThreadGroup(rank: rank, count: count, board: board)
        let result = Swift.Result { try body(group) }
        if case .failure = result { board.close() }
        results.put(result, rank)
        ends.leave()
      }
      thread.stackSize = 16 << 20
      thread.start()
    }
    ends.wait()
    return results.all
  }

  // @unchecked: under the lock.
  private final class Results<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var results: [Swift.Result<Value, any Error>?]

    init(count: Int) { results = Array(repeating: nil, count: count) }

    func put(_ result: Swift.Result<Value, any Error>, _ rank: Int) { lock.withLock { results[rank] = result } }

    var all: [Swift.Result<Value, any Error>] { lock.withLock { results.map { $0! } } }
  }

  // @unchecked: everything that changes is reached under the condition's lock.
  /// Where the ranks leave what the others read.
  private final class Board: @unchecked Sendable {
    private let condition = NSCondition()
    private var pointers: [UnsafeRawPointer?]
    private var bytes: [[UInt8]]
    private var arrived = 0, turn = 0
    private var isOpen = true

    init(count: Int) {
      pointers = Array(repeating: nil, count: count)
      bytes = Array(repeating: [], count: count)
    }

    func close() {
      condition.withLock {
        isOpen = false
        condition.broadcast()
      }
    }

    /// Waits until all ranks are here.
    func meet() throws {
      try condition.withLock {
        let now = turn
        arrived += 1
        if arrived == bytes.count {
          (arrived, turn) = (0, turn + 1)
          condition.broadcast()
        }
        while turn == now, isOpen { condition.wait() }
        guard turn != now else {
          throw GroupError("a rank that is gone")
        }
      }
    }

    func put(_ pointer: UnsafeRawPointer?, _ message: [UInt8], _ rank: Int) {
      condition.withLock { (pointers[rank], bytes[rank]) = (pointer, message) }
    }

    func pointer(_ rank: Int) -> UnsafeRawPointer? { condition.withLock { pointers[rank] } }

    var messages: [[UInt8]] { condition.withLock { bytes } }
  }
}

extension ThreadGroup: ProcessGroup {
  /// Calls `read` between two meetings: all ranks have put theirs, and nobody puts anything new yet.
  private func meet<Result>(
    _ pointer: UnsafeRawPointer?, _ message: [UInt8] = [], _ read: () -> Result
  ) throws -> Result {
    board.put(pointer, message, rank)
    try board.meet()
    let result = read()
    try board.meet()
    return result
  }

  package func gather(_ message: [UInt8]) throws -> [[UInt8]] { try meet(nil, message) { board.messages } }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
    try meet(bytes.baseAddress) {
      guard rank != 0, !bytes.isEmpty else { return }
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: board.pointer(0), count: bytes.count))
    }
  }

  package func exchange(
    _ sent: UnsafePointer<Float>, _ sentRanges: [Range<Int>], into received: UnsafeMutablePointer<Float>,
    _ receivedRanges: [Range<Int>]
  ) throws {
    // As MPI's ranks tell nobody else where their ranges lie, neither do these: what they send lies in one message.
    var message: [UInt8] = []
    for range in sentRanges {
      var count = range.count
      withUnsafeBytes(of: &count) { message += $0 }
    }
    for range in sentRanges {
      message += UnsafeRawBufferPointer(start: sent + range.lowerBound, count: 4 * range.count)
    }
    let messages = try gather(message)
    for (from, range) in receivedRanges.enumerated() {
      let counts = messages[from].withUnsafeBytes { bytes in
        (0..<count).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int.self) }
      }
      precondition(counts[rank] == range.count, "rank \(from) sends \(counts[rank]) values, not \(range.count)")
      let start = 8 * count + 4 * counts[..<rank].reduce(0, +)
      UnsafeMutableRawBufferPointer(start: received + range.lowerBound, count: 4 * range.count)
        .copyBytes(from: messages[from][start..<start + 4 * range.count])
    }
  }

  package func gather(_ values: UnsafeMutablePointer<Float>, _ ranges: [Range<Int>]) throws {
    try meet(values) {
      for (from, range) in ranges.enumerated() where from != rank {
        let other = board.pointer(from)!.assumingMemoryBound(to: Float.self)
        (values + range.lowerBound).update(from: other + range.lowerBound, count: range.count)
      }
    }
  }

  package func abort(code: Int32) -> Never { fatalError("a rank ends all, with code \(code)") }

  package func finish() { try? board.meet() }
}
