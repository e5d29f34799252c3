import RAMiTDiagnostics
import Testing

@testable import RAMiTProcessGroup

@Suite struct LaunchTests {
  @Test func launchersTellHowManyTheyStart() {
    #expect(Launch([:]).count == 1)
    #expect(
      Launch(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3"]) == Launch(["PMI_SIZE": "4", "PMI_RANK": "3"]))
    let slurm = Launch(["SLURM_STEP_NUM_TASKS": "16", "SLURM_PROCID": "9", "PMI_SIZE": "1", "PMI_RANK": "0"])
    #expect((slurm.count, slurm.rank) == (16, 9))
    #expect(Launch(["PMI_SIZE": "many"]).count == 1)
    // A batch script with many tasks starts this program once.
    #expect(!Launch(["SLURM_NTASKS": "16"]).isSeveral)
  }

  @Test func oneProcessIsAlone() throws {
    #expect(try Launch([:]).group() is SingleProcess)
    #expect(try Launch(["OMPI_COMM_WORLD_SIZE": "1"]).group() is SingleProcess)
    try Launch([:]).refuseSeveral(for: "sweep")
  }

  #if !MPI
    @Test func severalNeedMPI() {
      let launch = Launch(["PMI_SIZE": "2", "PMI_RANK": "1"])
      let error = #expect(throws: InputError.self) { try launch.group() }
      #expect(
        error?.description == "the launcher: expected one process, since this program was built without MPI "
          + "(make build MPI=1), found 2 processes")
    }
  #endif

  @Test func someCommandsAreForOneProcess() {
    let error = #expect(throws: InputError.self) { try Launch(["PMI_SIZE": "2"]).refuseSeveral(for: "sweep") }
    #expect(
      error?.description == "sweep: expected one process, since it does not share its work, found 2 processes")
  }
}
