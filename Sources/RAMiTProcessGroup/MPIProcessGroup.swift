#if MPI
  import Foundation
  import RAMiTCMPI
  import RAMiTDiagnostics

  /// The processes that a launcher of MPI has started.
  ///
  /// MPI's functions keep a processor busy while they wait. A rank may wait long, for a photo, a file or a host that is
  /// gone, and its host may have other work. So each communication is begun without waiting for it, and ranks ask now
  /// and then whether it is done. They first wait for one another in this way; what follows takes little time, in which
  /// they ask all the time.
  package final class MPIProcessGroup: ProcessGroup {
    package let rank, count: Int
    private let request = UnsafeMutablePointer<cmpi_request>.allocate(capacity: 1)

    /// Seconds in which a rank that waits only lets others go first, and how long it sleeps between two questions after
    /// that, in microseconds.
    private static let eager = 0.001, pause: useconds_t = 50

    /// Seconds after which a wait is worth a line, where the rank is told to stop in it: a launcher that has lost a
    /// host tells the other ranks to stop, and kills them soon after.
    private static let long = 3.0
    private let isStopped: () -> Bool
    private var hasReported = false

    /// Begins. It can be done once in a process.
    /// - Parameter isStopped: whether the process is told to stop.
    /// - Throws: `GroupError` when MPI cannot begin.
    package init(isStopped: @escaping () -> Bool) throws {
      self.isStopped = isStopped
      try Self.check(cmpi_start())
      var rank: Int32 = 0, count: Int32 = 1
      try Self.check(cmpi_rank(&rank))
      try Self.check(cmpi_count(&count))
      (self.rank, self.count) = (Int(rank), Int(count))
    }

    deinit { request.deallocate() }

    /// The library and its version, such as `Open MPI v4.1.4`.
    package static var library: String {
      var text = [CChar](repeating: 0, count: Int(CMPI_LIBRARY_TEXT))
      guard cmpi_library(&text) == 0 else { return "MPI" }
      let line = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return line.prefix { $0 != "," && $0 != "\n" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func check(_ code: Int32) throws {
      guard code != 0 else { return }
      var text = [CChar](repeating: 0, count: Int(CMPI_TEXT))
      _ = cmpi_error_text(code, &text)
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw GroupError(bytes.isEmpty ? "MPI's error \(code)" : String(decoding: bytes, as: UTF8.self))
    }

    /// MPI counts in 32 bits.
    private static func counts(_ ranges: [Range<Int>]) throws -> (counts: [Int32], starts: [Int32]) {
      let end = ranges.map(\.upperBound).max() ?? 0
      guard end <= Int32.max else { throw GroupError("a message of \(end.grouped) values, more than MPI can count") }
      return (ranges.map { Int32($0.count) }, ranges.map { Int32($0.lowerBound) })
    }

    /// Waits until all ranks are here.
    private func waitForAll() throws {
      try Self.check(cmpi_barrier(request))
      try wait()
    }

    /// Waits for what was begun with `request`.
    private func wait() throws {
      let start = ProcessInfo.processInfo.systemUptime
      var checked = start
      while true {
        var isDone: Int32 = 0
        try Self.check(cmpi_test(request, &isDone))
        if isDone != 0 { return }
        let seconds = ProcessInfo.processInfo.systemUptime - start
        if seconds < Self.eager { sched_yield() } else { usleep(Self.pause) }
        // MPI opens connections when it needs them.
        if start + seconds - checked > 1 {
          checked = start + seconds
          SilentConnections.end()
        }
        if seconds > Self.long, !hasReported, isStopped() { reportWait(seconds) }
      }
    }

    private func reportWait(_ seconds: Double) {
      hasReported = true
      Console.report(
        "rank \(rank) on \(Placement.Place.own.host): told to stop, and has waited \(Int(seconds)) s for the other"
          + " ranks; if they do not come, one of them or its network is gone, and --resume resumes from the last"
          + " checkpoint")
    }

    package func gather(_ message: [UInt8]) throws -> [[UInt8]] {
      try waitForAll()
      var sizes = [UInt64](repeating: 0, count: count)
      sizes[rank] = UInt64(message.count)
      let width = MemoryLayout<UInt64>.size
      try sizes.withUnsafeMutableBytes { sizes in
        let (counts, starts) = try Self.counts((0..<count).map { $0 * width..<($0 + 1) * width })
        try gather(sizes.baseAddress, counts, starts)
      }
      var end = 0
      let ranges = sizes.map { size in
        defer { end += Int(size) }
        return end..<end + Int(size)
      }
      let (counts, starts) = try Self.counts(ranges)
      var all = [UInt8](repeating: 0, count: max(end, 1))
      all.replaceSubrange(ranges[rank], with: message)
      try all.withUnsafeMutableBytes { try gather($0.baseAddress, counts, starts) }
      return ranges.map { Array(all[$0]) }
    }

    private func gather(_ bytes: UnsafeMutableRawPointer?, _ counts: [Int32], _ starts: [Int32]) throws {
      try (counts + starts).withUnsafeBufferPointer { lists in
        try Self.check(cmpi_gather_bytes(bytes, lists.baseAddress!, lists.baseAddress! + count, request))
        try wait()
      }
    }

    package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
      try waitForAll()
      let portion = 1 << 30
      for start in stride(from: 0, to: bytes.count, by: portion) {
        let size = min(portion, bytes.count - start)
        try Self.check(cmpi_broadcast_bytes(bytes.baseAddress! + start, Int32(size), request))
        try wait()
      }
    }

    package func exchange(
      _ sent: UnsafePointer<Float>, _ sentRanges: [Range<Int>], into received: UnsafeMutablePointer<Float>,
      _ receivedRanges: [Range<Int>]
    ) throws {
      let (from, to) = (try Self.counts(sentRanges), try Self.counts(receivedRanges))
      try waitForAll()
      let all = from.counts + from.starts + to.counts + to.starts
      try all.withUnsafeBufferPointer { all in
        let lists = (0..<4).map { all.baseAddress! + $0 * count }
        try Self.check(cmpi_exchange_floats(sent, lists[0], lists[1], received, lists[2], lists[3], request))
        try wait()
      }
    }

    package func gather(_ values: UnsafeMutablePointer<Float>, _ ranges: [Range<Int>]) throws {
      let (counts, starts) = try Self.counts(ranges)
      try waitForAll()
      try (counts + starts).withUnsafeBufferPointer { lists in
        let (counts, starts) = (lists.baseAddress!, lists.baseAddress! + count)
        try Self.check(cmpi_gather_floats(values, counts, starts, request))
        try wait()
      }
    }

    package func abort(code: Int32) -> Never {
      _ = cmpi_abort(code)
      exit(code)
    }

    package func finish() {
      // A rank that leaves with an error code lets the launcher end the others.
      guard (try? waitForAll()) != nil else { return }
      _ = cmpi_finish()
    }
  }
#endif
