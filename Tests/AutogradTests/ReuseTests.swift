import RAMiTAutograd
import RAMiTTensorCore
import Testing

/// Plain inference overwrites what was given away, and nothing else.
@Suite struct ReuseTests {
  private func filled(_ value: Float) -> Variable { Variable(constant: Tensor(repeating: value, [10, 30])) }

  @Test func aValueGivenAwayIsOverwritten() {
    let x = filled(2), place = x.value.pointer
    let sum = consume x + filled(1)
    #expect(sum.value.pointer == place)
    let product = consume sum * filled(-4)
    #expect(product.value.pointer == place)
    let result = relu(consume product)
    #expect(result.value.pointer == place && result.value.array.allSatisfy { $0 == 0 })
  }

  @Test func theSecondOperandIsOverwrittenWhereTheFirstIsKept() {
    let x = filled(2), other = filled(3), place = other.value.pointer
    let row = Variable(constant: Tensor(repeating: 10, [30]))
    let sum = x + consume other
    #expect(sum.value.pointer == place && sum.value.array.allSatisfy { $0 == 5 })
    // An operand that is repeated has not the memory.
    let shifted = row + consume sum
    #expect(shifted.value.pointer == place && shifted.value.array.allSatisfy { $0 == 15 })
    #expect(x.value.array.allSatisfy { $0 == 2 } && row.value.array.allSatisfy { $0 == 10 })
  }

  @Test func theResidualIsOverwrittenWhereTheInputIsKept() {
    let x = filled(2), residual = filled(3), place = residual.value.pointer
    let weight = Variable(constant: Tensor(repeating: 1, [30]))
    let bias = Variable(constant: Tensor(repeating: 5, [30]))
    let result = layerNorm(x, weight: weight, bias: bias, residual: consume residual)
    #expect(result.value.pointer == place && result.value.array.allSatisfy { $0 == 8 })
    #expect(x.value.array.allSatisfy { $0 == 2 })
  }

  @Test func aValueThatIsKeptStays() {
    let x = filled(2), tensor = Tensor(repeating: 3, [10, 30]), view = tensor.reshaped([300])
    let sum = x + x
    #expect(sum.value.pointer != x.value.pointer)
    let other = Variable(constant: tensor) + x
    #expect(other.value.array.allSatisfy { $0 == 5 })
    #expect(x.value.array.allSatisfy { $0 == 2 } && view.array.allSatisfy { $0 == 3 })
  }

  @Test func nothingIsOverwrittenWhileATapeRecords() {
    let gradient = Tensor(zeros: [10, 30])
    let x = Variable(leaf: Tensor(repeating: 2, [10, 30]), gradient: gradient)
    Tape().record {
      let first = x + x, place = first.value.pointer
      let second = silu(consume first)
      #expect(second.value.pointer != place)
      let constant = filled(2), start = constant.value.pointer
      let ones = [Float](repeating: 1, count: 30)
      #expect(scaleAndShift(consume constant, scale: ones, shift: ones).value.pointer != start)
    }
  }
}
