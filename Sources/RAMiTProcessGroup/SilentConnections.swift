#if MPI
  import Foundation

  /// Ends connections of MPI over which nothing has come back for a while.
  ///
  /// When a host or its network is gone without a word, TCP waits for minutes, or for ever where nothing is sent, and
  /// so does MPI. A connection that the kernel has given up is an error, which MPI returns.
  enum SilentConnections {
    /// Seconds without traffic after which the kernel asks the other side, seconds between two questions, and questions
    /// without an answer after which the connection is ended. Together they bridge a network that is gone for less.
    private static let idle: Int32 = 5, interval: Int32 = 5, questions: Int32 = 3
    /// Milliseconds for which data may stay without an answer.
    private static let patience: Int32 = 1000 * (idle + interval * questions)

    /// Sets this for all of the process's connections by TCP: it has none but those of MPI.
    static func end() {
      // A machine without /proc has no list; nothing depends on it.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
      for descriptor in names.compactMap({ Int32($0) }) where isTCP(descriptor) {
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, tcp, TCP_KEEPIDLE, idle)
        set(descriptor, tcp, TCP_KEEPINTVL, interval)
        set(descriptor, tcp, TCP_KEEPCNT, questions)
        set(descriptor, tcp, TCP_USER_TIMEOUT, patience)
      }
    }

    private static let tcp = Int32(IPPROTO_TCP)

    private static func isTCP(_ descriptor: Int32) -> Bool {
      var kind: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      return getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &kind, &size) == 0 && kind == tcp
    }

    /// Where the system refuses, the connection stays as it was.
    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
      var value = value
      _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }
#endif
