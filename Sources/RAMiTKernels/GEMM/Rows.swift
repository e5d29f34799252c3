/// Rows of a product's left operand as tiles read them: element (i, k) is `pointer[i * stride + k * step]`. One of the
/// two is 1: the rows are those of a row-major matrix, or the columns of one.
struct Rows {
  var pointer: UnsafePointer<Float>
  let stride: Int
  let step: Int

  @inline(__always)
  init(pointer: UnsafePointer<Float>, stride: Int, step: Int) {
    assert(stride == 1 || step == 1, "neither rows nor columns of a row-major matrix")
    self.pointer = pointer
    self.stride = stride
    self.step = step
  }

  @inline(__always)
  func advanced(rows: Int, steps: Int = 0) -> Rows {
    Rows(pointer: pointer + (rows &* stride &+ steps &* step), stride: stride, step: step)
  }
}
