import RAMiTTensorCore
import Testing

@Suite struct ShapeTests {
  @Test func sizes() {
    let shape: Shape = [2, 3, 5, 7]
    #expect(shape.rank == 4 && shape.count == 210 && shape.last == 7 && shape.rows == 30)
    #expect(shape[0] == 2 && shape[-1] == 7 && shape[-4] == 2)
    #expect(shape.replacing(-1, with: 4) == [2, 3, 5, 4] && shape.replacing(1, with: 9) == [2, 9, 5, 7])
    #expect("\(shape)" == "2 x 3 x 5 x 7")
  }

  @Test func aScalarHoldsOneValue() {
    let scalar: Shape = []
    #expect(scalar.rank == 0 && scalar.count == 1 && scalar.last == 1 && scalar.rows == 1 && "\(scalar)" == "scalar")
  }

  @Test func emptyAxes() {
    let shape: Shape = [0, 4]
    #expect(shape.count == 0 && shape.rows == 0 && shape.last == 4)
  }
}

@Suite struct TensorTests {
  static let counted = Tensor((0..<24).map(Float.init), [2, 3, 4])

  @Test func valuesLieInRowMajorOrder() {
    let x = Self.counted
    #expect(x.array == (0..<24).map(Float.init))
    #expect(x.pointer[(1 * 3 + 2) * 4 + 3] == 23)
    #expect(Tensor(repeating: 2.5, [3]).array == [2.5, 2.5, 2.5])
    #expect(Tensor(zeros: [2, 2]).array == [0, 0, 0, 0])
    #expect(Tensor(7).scalar == 7 && Tensor(7).shape == [])
  }

  @Test func viewsShareTheirStorage() {
    let x = Self.counted.copy()
    let row = x.slice(1..<2), flat = x.reshaped([6, 4])
    #expect(row.shape == [1, 3, 4] && row.array == (12..<24).map(Float.init))
    #expect(flat.slice(2..<5).slice(1..<2).array == [12, 13, 14, 15])
    flat.pointer[12] = -1
    #expect(row.pointer[0] == -1 && x.pointer[12] == -1)
    #expect(x.slice(1..<1).count == 0)
  }

  @Test func aCopyHasItsOwn() {
    let x = Self.counted.copy()
    let copy = x.slice(1..<2).copy()
    copy.pointer[0] = 99
    #expect(x.array == Self.counted.array && copy.shape == [1, 3, 4])
  }

  @Test func uniqueUntilSomebodyElseHoldsIt() {
    var x = Tensor(zeros: [4])
    #expect(Self.isUnique(&x))
    let view = Self.view(of: x)
    #expect(!Self.isUnique(&x))
    withExtendedLifetime(view) {}
    var y = Tensor(zeros: [4])
    do { withExtendedLifetime(Self.view(of: y)) {} }
    #expect(Self.isUnique(&y))
  }

  // Out of line, so that no reference is held early or late.
  @inline(never) private static func isUnique(_ x: inout Tensor) -> Bool { x.isUniquelyHeld() }
  @inline(never) private static func view(of x: Tensor) -> Tensor { x.slice(0..<1) }

  @Test func storageIsAligned() {
    for count in [1, 3, 1000, 600_000] { #expect(UInt(bitPattern: Tensor(zeros: [count]).pointer) % 64 == 0) }
  }
}
