/// A block of the result that stays in registers while the inner dimension runs.
///
/// The accumulators are named because an array of them does not stay in registers. Rows are read out of their order: of
/// addresses at equal distances compilers make a chain of additions, one for each row, where the processor could add
/// two registers in the load itself. Where another program shares the core (two threads a core, as on most rented
/// machines), instructions can be what limits a product.
protocol Tile {
  /// What a register holds.
  associatedtype Lanes: FloatVector
  init()
  static var rows: Int { get }
  static var columns: Int { get }
  /// What `addProduct` does, with a loop that is compiled for what is known of `a`.
  mutating func addSteps(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int)
  func forEach(_ body: (_ row: Int, _ column: Int, Lanes) -> Void)
}

extension Tile {
  /// Adds a [rows x count] times b [count x columns], whose rows lie `step` apart.
  @inline(__always)
  mutating func addProduct(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    if a.step == 1 {
      addSteps(Rows(pointer: a.pointer, stride: a.stride, step: 1), b, step: step, count: count)
    } else {
      addSteps(Rows(pointer: a.pointer, stride: 1, step: a.step), b, step: step, count: count)
    }
  }
}

/// The tiles for the instruction set that the program is built for: of panels of 32 columns (`Wide`) and of 16
/// (`Narrow`), and their single rows, for the rows that are left over.
///
/// A tile has enough accumulators to hide the latency of the multiply-add (4 cycles, 2 a cycle), and few enough to stay
/// in registers. Its shape does not change an element's sum, which runs over the inner dimension in order.
enum TileShape {
  #if canImport(CVectorsAVX512)
    /// 16 of 32 registers, and 2 loads and 8 broadcasts for 16 multiply-adds.
    typealias Wide = Tile8x2<SIMD16<Float>>
    typealias WideRow = Tile1x2<SIMD16<Float>>
    typealias Narrow = Tile8x1<SIMD16<Float>>
    typealias NarrowRow = Tile1x1<SIMD16<Float>>
  #elseif canImport(CVectorsAVX2)
    /// 12 of 16 registers, and 2 loads and 6 broadcasts for 12 multiply-adds.
    typealias Wide = Tile6x2<SIMD8<Float>>
    typealias WideRow = Tile1x2<SIMD8<Float>>
    typealias Narrow = Wide
    typealias NarrowRow = WideRow
  #elseif arch(arm64)
    /// 16 of 32 registers.
    typealias Wide = Tile8x2<SIMD4<Float>>
    typealias WideRow = Tile1x2<SIMD4<Float>>
    typealias Narrow = Wide
    typealias NarrowRow = WideRow
  #else
    /// 8 of 16 registers; the products, which are added by a second instruction, need some of the others.
    typealias Wide = Tile4x2<SIMD4<Float>>
    typealias WideRow = Tile1x2<SIMD4<Float>>
    typealias Narrow = Wide
    typealias NarrowRow = WideRow
  #endif

  /// Whether a panel takes `Wide`. Where a vector of 16 is two registers or more, all do, and the code for `Narrow`
  /// falls away.
  @inline(__always)
  static func isWide(panel width: Int) -> Bool { Wide.columns <= vectorWidth || width == PackedMatrix.panelWidth }
}

/// 8 rows of 2 registers.
struct Tile8x2<Lanes: FloatVector>: Tile {
  static var rows: Int { 8 }
  static var columns: Int { 2 &* Lanes.scalarCount }

  var c0a = Lanes.zero, c0b = Lanes.zero
  var c1a = Lanes.zero, c1b = Lanes.zero
  var c2a = Lanes.zero, c2b = Lanes.zero
  var c3a = Lanes.zero, c3b = Lanes.zero
  var c4a = Lanes.zero, c4b = Lanes.zero
  var c5a = Lanes.zero, c5b = Lanes.zero
  var c6a = Lanes.zero, c6b = Lanes.zero
  var c7a = Lanes.zero, c7b = Lanes.zero

  @inline(__always)
  mutating func addSteps(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    let stride = a.stride
    for _ in 0..<count {
      let ba: Lanes = load(b), bb: Lanes = load(b + Lanes.scalarCount)
      let a0v = Lanes(repeating: a0[0])
      c0a = multiplyAdd(a0v, ba, c0a)
      c0b = multiplyAdd(a0v, bb, c0b)
      let a2v = Lanes(repeating: a0[2 &* stride])
      c2a = multiplyAdd(a2v, ba, c2a)
      c2b = multiplyAdd(a2v, bb, c2b)
      let a1v = Lanes(repeating: a0[stride])
      c1a = multiplyAdd(a1v, ba, c1a)
      c1b = multiplyAdd(a1v, bb, c1b)
      let a4v = Lanes(repeating: a0[4 &* stride])
      c4a = multiplyAdd(a4v, ba, c4a)
      c4b = multiplyAdd(a4v, bb, c4b)
      let a3v = Lanes(repeating: a0[3 &* stride])
      c3a = multiplyAdd(a3v, ba, c3a)
      c3b = multiplyAdd(a3v, bb, c3b)
      let a6v = Lanes(repeating: a0[6 &* stride])
      c6a = multiplyAdd(a6v, ba, c6a)
      c6b = multiplyAdd(a6v, bb, c6b)
      let a5v = Lanes(repeating: a0[5 &* stride])
      c5a = multiplyAdd(a5v, ba, c5a)
      c5b = multiplyAdd(a5v, bb, c5b)
      let a7v = Lanes(repeating: a0[7 &* stride])
      c7a = multiplyAdd(a7v, ba, c7a)
      c7b = multiplyAdd(a7v, bb, c7b)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Lanes) -> Void) {
    body(0, 0, c0a)
    body(0, Lanes.scalarCount, c0b)
    body(1, 0, c1a)
    body(1, Lanes.scalarCount, c1b)
    body(2, 0, c2a)
    body(2, Lanes.scalarCount, c2b)
    body(3, 0, c3a)
    body(3, Lanes.scalarCount, c3b)
    body(4, 0, c4a)
    body(4, Lanes.scalarCount, c4b)
    body(5, 0, c5a)
    body(5, Lanes.scalarCount, c5b)
    body(6, 0, c6a)
    body(6, Lanes.scalarCount, c6b)
    body(7, 0, c7a)
    body(7, Lanes.scalarCount, c7b)
  }
}

/// 8 rows of 1 register.
struct Tile8x1<Lanes: FloatVector>: Tile {
  static var rows: Int { 8 }
  static var columns: Int { Lanes.scalarCount }

  var c0a = Lanes.zero
  var c1a = Lanes.zero
  var c2a = Lanes.zero
  var c3a = Lanes.zero
  var c4a = Lanes.zero
  var c5a = Lanes.zero
  var c6a = Lanes.zero
  var c7a = Lanes.zero

  @inline(__always)
  mutating func addSteps(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    let stride = a.stride
    for _ in 0..<count {
      let ba: Lanes = load(b)
      let a0v = Lanes(repeating: a0[0])
      c0a = multiplyAdd(a0v, ba, c0a)
      let a2v = Lanes(repeating: a0[2 &* stride])
      c2a = multiplyAdd(a2v, ba, c2a)
      let a1v = Lanes(repeating: a0[stride])
      c1a = multiplyAdd(a1v, ba, c1a)
      let a4v = Lanes(repeating: a0[4 &* stride])
      c4a = multiplyAdd(a4v, ba, c4a)
      let a3v = Lanes(repeating: a0[3 &* stride])
      c3a = multiplyAdd(a3v, ba, c3a)
      let a6v = Lanes(repeating: a0[6 &* stride])
      c6a = multiplyAdd(a6v, ba, c6a)
      let a5v = Lanes(repeating: a0[5 &* stride])
      c5a = multiplyAdd(a5v, ba, c5a)
      let a7v = Lanes(repeating: a0[7 &* stride])
      c7a = multiplyAdd(a7v, ba, c7a)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Lanes) -> Void) {
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

/// 6 rows of 2 registers.
struct Tile6x2<Lanes: FloatVector>: Tile {
  static var rows: Int { 6 }
  static var columns: Int { 2 &* Lanes.scalarCount }

  var c0a = Lanes.zero, c0b = Lanes.zero
  var c1a = Lanes.zero, c1b = Lanes.zero
  var c2a = Lanes.zero, c2b = Lanes.zero
  var c3a = Lanes.zero, c3b = Lanes.zero
  var c4a = Lanes.zero, c4b = Lanes.zero
  var c5a = Lanes.zero, c5b = Lanes.zero

  @inline(__always)
  mutating func addSteps(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    let stride = a.stride
    for _ in 0..<count {
      let ba: Lanes = load(b), bb: Lanes = load(b + Lanes.scalarCount)
      let a0v = Lanes(repeating: a0[0])
      c0a = multiplyAdd(a0v, ba, c0a)
      c0b = multiplyAdd(a0v, bb, c0b)
      let a2v = Lanes(repeating: a0[2 &* stride])
      c2a = multiplyAdd(a2v, ba, c2a)
      c2b = multiplyAdd(a2v, bb, c2b)
      let a1v = Lanes(repeating: a0[stride])
      c1a = multiplyAdd(a1v, ba, c1a)
      c1b = multiplyAdd(a1v, bb, c1b)
      let a4v = Lanes(repeating: a0[4 &* stride])
      c4a = multiplyAdd(a4v, ba, c4a)
      c4b = multiplyAdd(a4v, bb, c4b)
      let a3v = Lanes(repeating: a0[3 &* stride])
      c3a = multiplyAdd(a3v, ba, c3a)
      c3b = multiplyAdd(a3v, bb, c3b)
      let a5v = Lanes(repeating: a0[5 &* stride])
      c5a = multiplyAdd(a5v, ba, c5a)
      c5b = multiplyAdd(a5v, bb, c5b)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Lanes) -> Void) {
    body(0, 0, c0a)
    body(0, Lanes.scalarCount, c0b)
    body(1, 0, c1a)
    body(1, Lanes.scalarCount, c1b)
    body(2, 0, c2a)
    body(2, Lanes.scalarCount, c2b)
    body(3, 0, c3a)
    body(3, Lanes.scalarCount, c3b)
    body(4, 0, c4a)
    body(4, Lanes.scalarCount, c4b)
    body(5, 0, c5a)
    body(5, Lanes.scalarCount, c5b)
  }
}

/// 4 rows of 2 registers.
struct Tile4x2<Lanes: FloatVector>: Tile {
  static var rows: Int { 4 }
  static var columns: Int { 2 &* Lanes.scalarCount }

  var c0a = Lanes.zero, c0b = Lanes.zero
  var c1a = Lanes.zero, c1b = Lanes.zero
  var c2a = Lanes.zero, c2b = Lanes.zero
  var c3a = Lanes.zero, c3b = Lanes.zero

  @inline(__always)
  mutating func addSteps(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    let stride = a.stride
    for _ in 0..<count {
      let ba: Lanes = load(b), bb: Lanes = load(b + Lanes.scalarCount)
      let a0v = Lanes(repeating: a0[0])
      c0a = multiplyAdd(a0v, ba, c0a)
      c0b = multiplyAdd(a0v, bb, c0b)
      let a2v = Lanes(repeating: a0[2 &* stride])
      c2a = multiplyAdd(a2v, ba, c2a)
      c2b = multiplyAdd(a2v, bb, c2b)
      let a1v = Lanes(repeating: a0[stride])
      c1a = multiplyAdd(a1v, ba, c1a)
      c1b = multiplyAdd(a1v, bb, c1b)
      let a3v = Lanes(repeating: a0[3 &* stride])
      c3a = multiplyAdd(a3v, ba, c3a)
      c3b = multiplyAdd(a3v, bb, c3b)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Lanes) -> Void) {
    body(0, 0, c0a)
    body(0, Lanes.scalarCount, c0b)
    body(1, 0, c1a)
    body(1, Lanes.scalarCount, c1b)
    body(2, 0, c2a)
    body(2, Lanes.scalarCount, c2b)
    body(3, 0, c3a)
    body(3, Lanes.scalarCount, c3b)
  }
}

/// 1 row of 2 registers.
struct Tile1x2<Lanes: FloatVector>: Tile {
  static var rows: Int { 1 }
  static var columns: Int { 2 &* Lanes.scalarCount }

  var c0a = Lanes.zero, c0b = Lanes.zero

  @inline(__always)
  mutating func addSteps(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    for _ in 0..<count {
      let ba: Lanes = load(b), bb: Lanes = load(b + Lanes.scalarCount)
      let a0v = Lanes(repeating: a0[0])
      c0a = multiplyAdd(a0v, ba, c0a)
      c0b = multiplyAdd(a0v, bb, c0b)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Lanes) -> Void) {
    body(0, 0, c0a)
    body(0, Lanes.scalarCount, c0b)
  }
}

/// 1 row of 1 register.
struct Tile1x1<Lanes: FloatVector>: Tile {
  static var rows: Int { 1 }
  static var columns: Int { Lanes.scalarCount }

  var c0a = Lanes.zero

  @inline(__always)
  mutating func addSteps(_ a: Rows, _ b: UnsafePointer<Float>, step: Int, count: Int) {
    var a0 = a.pointer, b = b
    for _ in 0..<count {
      let ba: Lanes = load(b)
      let a0v = Lanes(repeating: a0[0])
      c0a = multiplyAdd(a0v, ba, c0a)
      a0 += a.step
      b += step
    }
  }

  @inline(__always)
  func forEach(_ body: (_ row: Int, _ column: Int, Lanes) -> Void) {
    body(0, 0, c0a)
  }
}
