import RAMiTTensorCore
import Testing

/// Tensors print as NumPy's do.
@Suite struct TensorDescriptionTests {
  @Test func numbersAreAligned() {
    #expect("\(Tensor([1, -2.5, 10, 0.12345], [2, 2]))" == "[[ 1.0000, -2.5000],\n [10.0000,  0.1235]]\nshape [2 x 2]")
    #expect("\(Tensor([1, -2, 300], [3]))" == "[  1.,  -2., 300.]\nshape [3]")
    #expect("\(Tensor(0.5))" == "0.5000")
  }

  @Test func axesAreSeparatedByEmptyLines() {
    let tensor = Tensor((0..<8).map(Float.init), [2, 2, 2])
    #expect("\(tensor)" == "[[[0., 1.],\n  [2., 3.]],\n\n [[4., 5.],\n  [6., 7.]]]\nshape [2 x 2 x 2]")
  }

  @Test func largeTensorsAreShortened() {
    let tensor = Tensor((0..<2000).map(Float.init), [2, 1000])
    let expected =
      "[[   0.,    1.,    2., ...,  997.,  998.,  999.],\n [1000., 1001., 1002., ..., 1997., 1998., 1999.]]\n"
      + "shape [2 x 1000]"
    #expect("\(tensor)" == expected)
    #expect("\(Tensor(zeros: [40, 40]))".split(separator: "\n").count == 8)
  }

  @Test func specialNumbers() {
    #expect("\(Tensor([.nan, .infinity, -.infinity, 1.5], [4]))" == "[   nan,    inf,   -inf, 1.5000]\nshape [4]")
    #expect("\(Tensor([1e-7, 2.5], [2]))" == "[1.0000e-07, 2.5000e+00]\nshape [2]")
    #expect("\(Tensor(zeros: [2, 0]))" == "[]\nshape [2 x 0]")
    #expect(Tensor.withMetaTensors { "\(Tensor(zeros: [3]))" } == "tensor of [3] without values")
  }
}
