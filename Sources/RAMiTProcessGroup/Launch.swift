import Foundation
import RAMiTDiagnostics

/// What a launcher has started: `mpirun`, `mpiexec`, `srun`, or nobody.
package struct Launch: Equatable, Sendable {
  /// The processes that the launcher says it has started, and which of them this one is.
  package let count, rank: Int

  /// The variables in which launchers tell the count and the rank: those of Open MPI; of MPICH, and all that start
  /// processes as it does; of Slurm.
  private static let variables = [
    ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("PMI_SIZE", "PMI_RANK"),
    ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
  ]

  /// - Parameter environment: of the process.
  package init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    let found = Self.variables.compactMap { size, rank -> (Int, Int)? in
      guard let count = environment[size].flatMap({ Int($0) }) else { return nil }
      return (count, environment[rank].flatMap { Int($0) } ?? 0)
    }
    // One launcher may start another, as srun does with the helpers of mpirun.
    let largest = found.max { $0.0 < $1.0 } ?? (1, 0)
    (count, rank) = (max(1, largest.0), largest.1)
  }

  package var isSeveral: Bool { count > 1 }

  /// Forms the group of the processes that were started together.
  /// - Parameter isStopped: whether the process is told to stop, for a line about ranks that do not answer.
  /// - Throws: `InputError` when they cannot find one another: each would do all the work, in the same files;
  ///   `GroupError` when MPI cannot begin.
  package func group(isStopped: @escaping () -> Bool = { false }) throws -> any ProcessGroup {
    guard isSeveral else { return SingleProcess() }
    #if MPI
      let group = try MPIProcessGroup(isStopped: isStopped)
      if group.count == count { return group }
      group.finish()
      throw InputError(
        "the launcher", expected: "that of the MPI which the program was built with (\(MPIProcessGroup.library))",
        found: "\(count) processes that are each rank 0 of \(group.count)")
    #else
      throw InputError(
        "the launcher", expected: "one process, since this program was built without MPI (make build MPI=1)",
        found: "\(count) processes")
    #endif
  }

  /// - Throws: `InputError` for a command that several processes cannot share.
  package func refuseSeveral(for command: String) throws {
    guard isSeveral else { return }
    throw InputError(command, expected: "one process, since it does not share its work", found: "\(count) processes")
  }
}
