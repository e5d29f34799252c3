import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Shapes without values.
@Suite struct MetaTensorTests {
  @Test func operationsGiveShapesAndTakeNoMemory() async {
    await #expect(processExitsWith: .success) {
      let before = StoragePool.shared.peakBytes
      Tensor.withMetaTensors {
        let x = Variable(constant: Tensor(zeros: [64, 4096, 4096, 16]))
        let y = gelu(x * (x + x))
        #expect(y.value.isMeta && y.shape == x.shape)
        #expect(maxPool2d(y, kernelSize: 2).shape == [64, 2048, 2048, 16])
      }
      #expect(StoragePool.shared.peakBytes == before)
    }
  }

  @Test func everyOperationGivesTheShapeOfItsResult() {
    for check in OperationCheck.large {
      #expect(check.resultShape(isMeta: true) == check.resultShape(isMeta: false), "\(check)")
    }
  }

  @Test func outsideOfTheScopeTensorsHaveValues() {
    let meta = Tensor.withMetaTensors { Tensor([1, 2], [2]).copy() }
    #expect(meta.isMeta && meta.reshaped([1, 2]).isMeta)
    #expect(!Tensor([1, 2], [2]).isMeta)
  }

  @Test func theValuesOfAMetaTensorTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.withMetaTensors { Tensor(zeros: [3]) }.array
    }
  }
}
