import Foundation

/// What was run so far, in a file that is mapped into memory: it is right after any end of the program.
final class Tally {
  private struct Record {
    /// Inputs that were made from others.
    var inputs: UInt64
    var nanoseconds: UInt64
    /// The most of one input.
    var slowestNanoseconds: UInt64
    var peakMemory: UInt64
  }

  private let record: UnsafeMutablePointer<Record>

  /// - Parameter file: is created where there is none. One program at a time has it.
  init(file: String) throws {
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o666), size = MemoryLayout<Record>.size
    guard descriptor >= 0, ftruncate(descriptor, off_t(size)) == 0 else { fail("\(file) cannot be written") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { fail("\(file) is in use") }
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let memory, memory != MAP_FAILED else { fail("\(file) cannot be mapped") }
    record = memory.bindMemory(to: Record.self, capacity: 1)
  }

  func add(isNew: Bool, seconds: Double, memory: Int) {
    let time = UInt64(seconds * 1e9)
    if isNew { record.pointee.inputs += 1 }
    record.pointee.nanoseconds += time
    record.pointee.slowestNanoseconds = max(record.pointee.slowestNanoseconds, time)
    record.pointee.peakMemory = max(record.pointee.peakMemory, UInt64(memory))
  }

  /// One line of a table.
  func line(of target: any FuzzTarget.Type, corpus: String) -> String {
    func column(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func count(_ folder: String) -> Int {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).count
    }
    let findings = count(corpus + "/../findings"), (value, name) = (record.pointee, target.name)
    return name + column("\(value.inputs) inputs", 30 - name.count) + column("\(findings) findings", 13)
      + column(String(format: "slowest %.3f s", Double(value.slowestNanoseconds) / 1e9), 18)
      + column(String(format: "peak %.1f MiB", Double(value.peakMemory) / 1_048_576), 16)
      + column("corpus \(count(corpus))", 14)
      + column(String(format: "processor %.0f s", Double(value.nanoseconds) / 1e9), 20)
  }
}
