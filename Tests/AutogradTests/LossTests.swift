import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// The losses against their definitions.
@Suite struct LossTests {
  @Test(arguments: OperationCheck.Loss.allCases)
  func ofMaps(_ loss: OperationCheck.Loss) {
    var shapes: [Shape] =
      loss.needsWindow ? [[1, 11, 12, 3], [2, 13, 11, 1]] : [[2, 3, 5, 3], [1, 7, 4, 1], [1, 1, 9, 2]]
    if loss == .fourier { shapes += [[1, 8, 6, 2], [1, 2, 16, 1], [1, 17, 3, 1], [1, 12, 10, 1], [2, 1, 1, 3]] }
    if loss == .edge { shapes += [[1, 8, 9, 2], [1, 2, 1, 1]] }
    for shape in shapes {
      let check = OperationCheck.loss(loss, shape)
      #expect(check.faults() == [], "\(check)")
    }
  }

  @Test(arguments: OperationCheck.Loss.allCases.filter { !$0.needsMap })
  func ofAnyShape(_ loss: OperationCheck.Loss) {
    for check in [OperationCheck.loss(loss, [1]), .loss(loss, [3, 37])] { #expect(check.faults() == [], "\(check)") }
  }
}
