import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// What a tape holds, and when it lets go. Memory is counted for the whole process, so each test has a process of its
/// own.
@Suite struct MemoryTests {
  @Test func operationsLeaveNothingBehind() async {
    await #expect(processExitsWith: .success) {
      for check in OperationCheck.large {
        _ = check.bits()  // What is kept for good comes first.
        let leak = storageLeak { _ = check.bits() }
        #expect(leak == 0, "\(check)")
      }
    }
  }

  @Test func inferenceKeepsOnlyTheResult() async {
    await #expect(processExitsWith: .success) {
      let x = Variable(constant: Tensor(repeating: 1, [100_000]))
      var y = x
      let growth = storageLeak { for _ in 0..<10 { y = gelu(y + x) } }
      #expect(growth < 2 * 400_000)
      withExtendedLifetime(y) {}
    }
  }

  /// A chain of operations, each of which saves 400 KB: as backward goes, what was saved goes too.
  @Test func savedMemoryIsFreedAsBackwardGoes() async {
    await #expect(processExitsWith: .success) {
      let gradient = Tensor(zeros: [100_000]), tape = Tape()
      let used = Recorder()
      let result = tape.record {
        var x = Variable(leaf: Tensor(repeating: 0.5, [100_000]), gradient: gradient)
        for _ in 0..<20 {
          let value = gelu(x)
          x = Variable(value.value, from: [value]) { gradient, gradients in
            used.append(StoragePool.shared.usedBytes)
            gradients.add(gradient, to: value)
          }
        }
        return x
      }
      tape.backward(from: result)
      #expect(used.values.count == 20)
      for (earlier, later) in zip(used.values.dropFirst(), used.values.dropFirst(2)) {
        #expect(later <= earlier - 300_000)
      }
    }
  }

  /// A step that is given up between forward and backward.
  @Test func aTapeThatIsDroppedLetsGo() async {
    await #expect(processExitsWith: .success) {
      let value = Tensor(repeating: 1, [1000]), gradient = Tensor(zeros: [1000])
      let leak = storageLeak {
        let tape = Tape()
        let x = Variable(leaf: value, gradient: gradient)
        let y = tape.record { silu(x * (x + x)) }
        #expect(tape.count == 3)
        withExtendedLifetime((tape, y)) {}
      }
      #expect(leak == 0)
    }
  }

  /// Backward from the middle: what was recorded after it is let go as well.
  @Test func whatTheResultDoesNotDependOnIsFreed() async {
    await #expect(processExitsWith: .success) {
      let value = Tensor(repeating: 2, [1000]), gradient = Tensor(zeros: [1000])
      let leak = storageLeak {
        let tape = Tape()
        let x = Variable(leaf: value, gradient: gradient)
        let y = tape.record {
          let y = x * x
          _ = gelu(y)
          return y
        }
        tape.backward(from: y)
      }
      #expect(leak == 0)
      #expect(gradient.array.allSatisfy { $0 == 4 })
    }
  }
}

/// Numbers in the order of their arrival, on one thread.
final class Recorder {
  var values: [Int] = []

  func append(_ value: Int) { values.append(value) }
}
