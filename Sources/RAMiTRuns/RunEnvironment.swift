import Foundation
import RAMiTDiagnostics
import RAMiTMachine
import RAMiTParallel

/// The program and the machine of a run. On one machine, only another version of the program may change the result.
package struct RunEnvironment: Codable, Equatable {
  /// The program's version.
  package var version: String
  /// The compiler's.
  package var swift: String
  package var system: String
  /// The processor's name, and the vector instructions that the program was built for.
  package var processor, instructions: String
  /// The processors of the machine, and the threads that compute.
  package var cores, threads: Int

  package static var current: RunEnvironment {
    RunEnvironment(
      version: Product.version, swift: compiler, system: ProcessInfo.processInfo.operatingSystemVersionString,
      processor: ProcessorDescription.machine.name ?? "unknown",
      instructions: InstructionSet.built.description,
      cores: ProcessInfo.processInfo.processorCount, threads: ComputeThreads.count)
  }

  private static var compiler: String {
    #if compiler(>=6.5)
      "6.5 or later"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #elseif compiler(>=6.2)
      "6.2"
    #else
      "6.1"
    #endif
  }
}
