import Foundation
import RAMiTCLibFuzzer
import RAMiTDiagnostics
import RAMiTTensorCore

/// The run of one target: each input becomes a file, which is read within limits.
final class Session {
  nonisolated(unsafe) static var current: Session!

  /// Of the processor, in an instrumented build on one thread.
  private static let maximumSeconds = 1.0

  private let target: any FuzzTarget.Type
  private let file: InputFile
  private let tally: Tally
  /// Whether the next input was made from another one. libFuzzer also reads its corpus again, at the start.
  private var isChanged = false

  init(_ target: any FuzzTarget.Type, folder: String) throws {
    self.target = target
    file = InputFile(named: target.name)
    tally = try Tally(file: folder + "/tally")
  }

  func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    file.fill(bytes)
    MemoryMeter.begin()
    let start = processorTime()
    do {
      try target.read(file.path)
    } catch let error as InputError {
      check(error)
    } catch {
      finding("an error of the type \(type(of: error)): \(error)")
    }
    let seconds = Double(processorTime() - start) / 1e9, memory = MemoryMeter.peak
    tally.add(isNew: isChanged, seconds: seconds, memory: memory)
    isChanged = false
    if seconds > Self.maximumSeconds { finding("\(seconds) seconds for \(bytes.count) bytes") }
    if memory > bytes.count + target.maximumMemory { finding("\(memory >> 20) MiB of memory for \(bytes.count) bytes") }
  }

  /// An error is one short line that names the file.
  private func check(_ error: InputError) {
    let line = error.description
    if !error.location.hasPrefix(file.path) { finding("an error that does not name the file: \(line)") }
    if line.contains(where: \.isNewline) || line.unicodeScalars.count > 2200 { finding("not one short line: \(line)") }
  }

  func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, limit: Int, seed: UInt32) -> Int {
    isChanged = true
    var bytes = Array(UnsafeBufferPointer(start: data, count: size)), random = RandomNumbers(seed: UInt64(seed))
    // Damage of any kind, now and then, also where the file is held together.
    guard random.below(8) > 0 else { return LLVMFuzzerMutate(data, size, limit) }
    target.mutate(&bytes, &random)
    guard !bytes.isEmpty, bytes.count <= limit else { return LLVMFuzzerMutate(data, size, limit) }
    for (index, byte) in bytes.enumerated() { data[index] = byte }
    return bytes.count
  }

  private func processorTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Ends the program; libFuzzer keeps the input.
func finding(_ what: String) -> Never {
  FileHandle.standardError.write(Data("FINDING: \(what)\n".utf8))
  abort()
}

/// libFuzzer finds this function by its name.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int, _ seed: UInt32) -> Int {
  Session.current.mutate(data, size, limit: limit, seed: seed)
}
