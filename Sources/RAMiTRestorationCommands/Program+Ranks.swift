import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTMachine
import RAMiTParallel
import RAMiTProcessGroup
import RAMiTTraining

extension Program {
  /// Sets the number of threads, and checks that the program fits the machine.
  /// - Parameters:
  ///   - threads: nil for all processors or, of several ranks on a machine, this one's share.
  ///   - ranks: the first speaks.
  static func prepare(threads: Int?, quiet: Bool, _ ranks: Ranks) throws {
    try checkBuild(quiet: quiet || !ranks.isFirst)
    if let threads {
      let processors = ComputeThreads.count
      if threads > processors, !quiet, ranks.isFirst {
        report("--threads \(threads) is more than the \(processors.counted("processor")) here, which gains nothing")
      }
      ComputeThreads.count = threads
    } else if ranks.count > 1 {
      ComputeThreads.count = ranks.placement.threads(of: ranks.rank)
    }
    try MachineMemory().prepareAddresses(threads: ComputeThreads.count)
  }

  /// - Throws: for a command that several processes cannot share, where a launcher has started them.
  package static func refuseSeveralProcesses(for command: String) throws {
    let launch = Launch()
    do { try launch.refuseSeveral(for: "\(name) \(command)") } catch { throw spoken(error, launch) }
  }

  /// An error that all processes have met and cannot talk about: the first one prints it. The others wait for their
  /// end, since a launcher ends all when one leaves with an error code.
  private static func spoken(_ error: any Error, _ launch: Launch) -> any Error {
    if launch.rank == 0 { return error }
    sleep(10)
    return ExitCode.failure
  }

  /// Does work that the processes which a launcher has started with this one share; alone where nothing has.
  ///
  /// The first rank prints an error before any rank leaves: a launcher ends all when one leaves with an error code.
  /// - Parameter body: returns the exit code.
  /// - Throws: what `body` throws, or the exit code that stands for it.
  static func onRanks(_ body: (Ranks) throws -> ExitCode) throws {
    let launch = Launch()
    let code = launch.isSeveral ? try onRanks(of: launch, body) : try body(Ranks())
    if code != .success { throw code }
  }

  private static func onRanks(of launch: Launch, _ body: (Ranks) throws -> ExitCode) throws -> ExitCode {
    let group: any ProcessGroup
    do { group = try launch.group(isStopped: { StopSignals.pending != nil }) } catch { throw spoken(error, launch) }
    do {
      let ranks = try Ranks(group)
      let code = try ranks.share { try body(ranks) }
      group.finish()
      return code
    } catch let error as GroupError {
      // Nobody can be told, so whoever notices it speaks.
      report("rank \(group.rank): \(error)")
      group.abort(code: ExitCode.failure.rawValue)
    } catch {
      if group.isFirst { report(error) }
      group.finish()
      return .failure
    }
  }
}
