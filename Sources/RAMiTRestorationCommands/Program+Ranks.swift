import ArgumentParser
import RAMiTDiagnostics
import RAMiTProcessGroup
import RAMiTTraining

extension Program {
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
    do { group = try launch.group() } catch { throw launch.rank == 0 ? error : ExitCode.failure }
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
