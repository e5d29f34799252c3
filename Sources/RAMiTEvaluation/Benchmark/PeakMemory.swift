import RAMiTMachine
import RAMiTTensorCore

/// The largest memory that the process has had in use at once.
package enum PeakMemory {
  /// Gives back what lies idle and starts anew from what is in use now. Does nothing where the system cannot (it is
  /// Linux that can): the peak is then that since the start.
  package static func reset() {
    StoragePool.shared.trim()
    ProcessMemory.resetPeak()
  }

  /// In bytes, resident.
  package static var bytes: Int { ProcessMemory.peak }
}
