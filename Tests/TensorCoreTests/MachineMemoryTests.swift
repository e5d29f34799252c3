import TensorCore
import Testing

@Suite struct MachineMemoryTests {
  @Test func someOfItIsFree() {
    #expect(MachineMemory.total > 1 << 26)
    #expect(MachineMemory.free > 0 && MachineMemory.free <= MachineMemory.total)
  }
}
