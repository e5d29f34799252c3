/// Rows of the left operand as a tile walks over them: element (i, k) is `pointer[i * stride + k * step]`, so that a matrix and
/// its transpose are the same to the tile.
struct Rows {
  var pointer: UnsafePointer<Float>
  var stride: Int
  var step: Int

  @inline(__always)
  func advanced(rows: Int, steps: Int = 0) -> Rows {
    Rows(pointer: pointer + (rows &* stride &+ steps &* step), stride: stride, step: step)
  }
}

/// A block of the result that stays in registers while the inner dimension runs.
///
/// The accumulators are named because an array of them is not kept in registers. 8 rows of 2 vectors use 16 of AVX-512's 32
/// registers, two loads and eight broadcasts for 16 multiply-adds, and hide the latency of the multiply-add (4 cycles, 2 a cycle).
protocol Tile {
  init()
  static var rows: Int { get }
  /// Adds a [rows x count] times b [count x columns], whose rows lie `step` apart.
  mutating func addProduct(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int)
  func forEach(_ body: (_ row: Int, _ column: Int, Vector) -> Void)
}

/// 8 rows of 2 vectors.
struct Tile8x2: Tile {
  static var rows: Int { 8 }

  var c0a = Vector.zero, c0b = Vector.zero
  var c1a = Vector.zero, c1b = Vector.zero
  var c2a = Vector.zero, c2b = Vector.zero
  var c3a = Vector.zero, c3b = Vector.zero
  var c4a = Vector.zero, c4b = Vector.zero
  var c5a = Vector.zero, c5b = Vector.zero
  var c6a = Vector.zero, c6b = Vector.zero
  var c7a = Vector.zero, c7b = Vector.zero

  @inline(__always)
  mutating func addProduct(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    let stride = a.stride
    var a4 = a.pointer + 4 &* a.stride
    for _ in 0..<count {
      let ba = load(b), bb = load(b + 16)
      let a0v = Vector(repeating: a0[0])
      c0a.addProduct(a0v, ba)
      c0b.addProduct(a0v, bb)
      let a1v = Vector(repeating: a0[stride])
      c1a.addProduct(a1v, ba)
      c1b.addProduct(a1v, bb)
      let a2v = Vector(repeating: a0[2 &* stride])
      c2a.addProduct(a2v, ba)
      c2b.addProduct(a2v, bb)
      let a3v = Vector(repeating: a0[3 &* stride])
      c3a.addProduct(a3v, ba)
      c3b.addProduct(a3v, bb)
      let a4v = Vector(repeating: a4[0])
      c4a.addProduct(a4v, ba)
      c4b.addProduct(a4v, bb)
      let a5v = Vector(repeating: a4[stride])
      c5a.addProduct(a5v, ba)
      c5b.addProduct(a5v, bb)
      let a6v = Vector(repeating: a4[2 &* stride])
      c6a.addProduct(a6v, ba)
      c6b.addProduct(a6v, bb)
      let a7v = Vector(repeating: a4[3 &* stride])
      c7a.addProduct(a7v, ba)
      c7b.addProduct(a7v, bb)
      a0 += a.step
      a4 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Vector) -> Void) {
    body(0, 0, c0a)
    body(0, 16, c0b)
    body(1, 0, c1a)
    body(1, 16, c1b)
    body(2, 0, c2a)
    body(2, 16, c2b)
    body(3, 0, c3a)
    body(3, 16, c3b)
    body(4, 0, c4a)
    body(4, 16, c4b)
    body(5, 0, c5a)
    body(5, 16, c5b)
    body(6, 0, c6a)
    body(6, 16, c6b)
    body(7, 0, c7a)
    body(7, 16, c7b)
  }
}

/// 8 rows of 1 vectors.
struct Tile8x1: Tile {
  static var rows: Int { 8 }

  var c0a = Vector.zero
  var c1a = Vector.zero
  var c2a = Vector.zero
  var c3a = Vector.zero
  var c4a = Vector.zero
  var c5a = Vector.zero
  var c6a = Vector.zero
  var c7a = Vector.zero

  @inline(__always)
  mutating func addProduct(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    let stride = a.stride
    var a4 = a.pointer + 4 &* a.stride
    for _ in 0..<count {
      let ba = load(b)
      let a0v = Vector(repeating: a0[0])
      c0a.addProduct(a0v, ba)
      let a1v = Vector(repeating: a0[stride])
      c1a.addProduct(a1v, ba)
      let a2v = Vector(repeating: a0[2 &* stride])
      c2a.addProduct(a2v, ba)
      let a3v = Vector(repeating: a0[3 &* stride])
      c3a.addProduct(a3v, ba)
      let a4v = Vector(repeating: a4[0])
      c4a.addProduct(a4v, ba)
      let a5v = Vector(repeating: a4[stride])
      c5a.addProduct(a5v, ba)
      let a6v = Vector(repeating: a4[2 &* stride])
      c6a.addProduct(a6v, ba)
      let a7v = Vector(repeating: a4[3 &* stride])
      c7a.addProduct(a7v, ba)
      a0 += a.step
      a4 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Vector) -> Void) {
    body(0, 0, c0a)
    body(1, 0, c1a)
    body(2, 0, c2a)
    body(3, 0, c3a)
    body(4, 0, c4a)
    body(5, 0, c5a)
    body(6, 0, c6a)
    body(7, 0, c7a)
  }
}

/// 1 rows of 2 vectors.
struct Tile1x2: Tile {
  static var rows: Int { 1 }

  var c0a = Vector.zero, c0b = Vector.zero

  @inline(__always)
  mutating func addProduct(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    for _ in 0..<count {
      let ba = load(b), bb = load(b + 16)
      let a0v = Vector(repeating: a0[0])
      c0a.addProduct(a0v, ba)
      c0b.addProduct(a0v, bb)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Vector) -> Void) {
    body(0, 0, c0a)
    body(0, 16, c0b)
  }
}

/// 1 rows of 1 vectors.
struct Tile1x1: Tile {
  static var rows: Int { 1 }

  var c0a = Vector.zero

  @inline(__always)
  mutating func addProduct(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    for _ in 0..<count {
      let ba = load(b)
      let a0v = Vector(repeating: a0[0])
      c0a.addProduct(a0v, ba)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Vector) -> Void) {
    body(0, 0, c0a)
  }
}
