import RAMiTDiagnostics
import Testing

struct NumbersTests {
  @Test func oneIsNotMany() {
    #expect([0, 1, 2, 1200].map { $0.counted("photo") } == ["0 photos", "1 photo", "2 photos", "1200 photos"])
    #expect([1, 3].map { $0.counted("patch", "patches") } == ["1 patch", "3 patches"])
    #expect([1, 1536].map { $0.counted("iteration", isGrouped: true) } == ["1 iteration", "1,536 iterations"])
  }
}
