import Diagnostics
import Foundation
import Models
import TensorCore

/// The memory that a model needs for an image, as far as it can be told before.
///
/// Whoever asks for more than there is should get a line that says so: the system would end the program without one.
struct MemoryNeed {
  /// Feature maps that inference holds at its peak, each of `dim` numbers for a pixel of the input (measured: 6.2; 7
  /// where all heads attend over channels).
  private static let mapsInUse = 8
  /// The same for a training step, whose tape keeps what the way back needs (measured: 53).
  private static let mapsInTraining = 56

  let bytes: Int

  /// - Parameters:
  ///   - pixels: of the input, padded; at most 2^32.
  ///   - trains: a training step, not inference.
  init(_ configuration: RAMiTConfiguration, pixels: Int, trains: Bool = false) {
    let maps = trains ? Self.mapsInTraining : Self.mapsInUse
    let (bytes, overflow) = (maps * configuration.dim * MemoryLayout<Float>.size).multipliedReportingOverflow(
      by: pixels)
    self.bytes = overflow ? .max : bytes
  }

  /// - Parameters:
  ///   - location: the file that needs it.
  ///   - expected: what would do with less.
  ///   - found: what needs it.
  /// - Throws: `InputError` when it is more than the machine has.
  func check(_ location: String, expected: String, found: String, available: Int = MachineMemory.total) throws {
    guard bytes > available else { return }
    func gigabytes(_ bytes: Int) -> String { (Double(bytes) / 1e9).fixed(1) }
    throw InputError(
      location, expected: "\(expected), for \(gigabytes(available)) GB of memory",
      found: "\(found), for about \(gigabytes(bytes)) GB")
  }
}
