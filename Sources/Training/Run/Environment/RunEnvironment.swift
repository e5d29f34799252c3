import Diagnostics
import Foundation
import Parallel

/// What a run is made with: nothing in it changes the result on one machine, but for another version of the program.
struct RunEnvironment: Codable, Equatable {
  /// The program's version.
  var version: String
  /// The compiler's.
  var swift: String
  var system: String
  /// The processor's name, and the vector instructions that the program was built for.
  var processor, instructions: String
  /// The processors of the machine, and the threads that compute.
  var cores, threads: Int

  static var current: RunEnvironment {
    let facts = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return RunEnvironment(
      version: Product.version, swift: compiler, system: ProcessInfo.processInfo.operatingSystemVersionString,
      processor: processorName(facts), instructions: InstructionSet.built.description,
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

  private static func processorName(_ facts: String) -> String {
    let names = ["model name", "Model", "Hardware"].lazy.compactMap { value(of: $0, in: facts) }
    return names.first { !$0.isEmpty } ?? "unknown"
  }

  /// The first line `name : value` of /proc/cpuinfo.
  private static func value(of name: String, in facts: String) -> String? {
    for line in facts.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name {
        return parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
}
