import Parallel

/// A 3x3 convolution with zero padding, from C to O channels, on maps N x H x W x C.
///
/// Three neighbouring pixels lie side by side in memory, so each of the kernel's three rows is one product of depth 3 C whose left
/// rows overlap: nothing is unfolded. A row of the map is copied once, with a zero pixel on either side.
public struct Convolution3x3 {
  let size: MapSize
  let inputs: Int
  let outputs: Int
  /// Rows of an image that one piece of work takes.
  static let stripHeight = 8

  public init(size: MapSize, inputs: Int, outputs: Int) {
    self.size = size
    self.inputs = inputs
    self.outputs = outputs
  }

  private var rowCount: Int { (size.width + 2) * inputs + vectorWidth }
  private var stripsPerImage: Int { (size.height + Self.stripHeight - 1) / Self.stripHeight }
  /// The pieces of work, to size the scratch.
  public var pieces: Int { size.images * stripsPerImage }
  /// Floats of scratch for each worker: three padded rows.
  public var scratchCount: Int { paddedToVector(3 * rowCount) + vectorWidth }
  /// Floats of a packed weight.
  public var packedCount: Int { 3 * PackedMatrix.count(rows: 3 * inputs, columns: outputs) + paddedToVector(outputs) }
  /// Floats of gradient: weight [O x 3 x 3 x C], bias [O].
  public var gradientCount: Int { 9 * inputs * outputs + outputs }

  /// Packs weight [O x 3 x 3 x C] and bias [O] (nil: zeros) into `memory` (`packedCount` floats).
  public func pack(
    _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into memory: UnsafeMutablePointer<Float>
  ) {
    for o in 0..<paddedToVector(outputs) { memory[o] = o < outputs ? bias?[o] ?? 0 : 0 }
    let matrix = PackedMatrix.count(rows: 3 * inputs, columns: outputs)
    for line in 0..<3 {
      PackedMatrix.pack(
        weight + line * 3 * inputs, rowStride: 1, columnStride: 9 * inputs, rows: 3 * inputs, columns: outputs,
        into: memory + (paddedToVector(outputs) + line * matrix))
    }
  }

  /// The weight of the transposed convolution, [C x 3 x 3 x O]: taps in reverse, channels exchanged.
  public func transpose(_ weight: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    for o in 0..<outputs {
      for tap in 0..<9 {
        for c in 0..<inputs { target[(c * 9 + 8 - tap) * outputs + o] = weight[(o * 9 + tap) * inputs + c] }
      }
    }
  }

  /// y [N x H x W x O] from x [N x H x W x C] and a packed weight; overwrites y, or adds to it.
  public func forward(
    _ x: UnsafePointer<Float>, packed: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, adds: Bool = false,
    scratch: Scratch
  ) {
    let matrix = PackedMatrix.count(rows: 3 * inputs, columns: outputs)
    parallelFor(pieces) { piece, worker in
      forEachRow(of: piece, x, scratch.of(worker: worker)) { pixel, lines in
        let target = y + pixel * outputs
        for (line, row) in [lines.0, lines.1, lines.2].enumerated() {
          let weight = PackedMatrix(
            packed + (paddedToVector(outputs) + line * matrix), rows: 3 * inputs, columns: outputs)
          let rows = Rows(pointer: row, stride: inputs, step: 1)
          if line == 0 {
            gemm(
              rows: size.width, rows, weight, target, cStride: outputs, adds: adds, epilogue: AddBias(bias: packed))
          } else {
            gemm(rows: size.width, rows, weight, target, cStride: outputs, adds: true, epilogue: Identity())
          }
        }
      }
    }
  }

  /// Adds to the sums of the gradients of weight [O x 3 x 3 x C] and bias [O].
  public func backward(_ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, scratch: Scratch, sums: PartialSums) {
    sums.forEachPiece(pieces) { piece, worker, sums in
      forEachRow(of: piece, x, scratch.of(worker: worker)) { pixel, lines in
        let dy = dy + pixel * outputs
        for (line, row) in [lines.0, lines.1, lines.2].enumerated() {
          gemm(
            rows: outputs, Rows(pointer: dy, stride: 1, step: outputs),
            PackedMatrix(inPlace: row, rows: size.width, columns: 3 * inputs, stride: inputs),
            sums + line * 3 * inputs, cStride: 9 * inputs, adds: true, epilogue: Identity())
        }
        addColumnSums(
          rows: size.width, columns: outputs, dy, stride: outputs, to: sums + 9 * inputs * outputs)
      }
    }
  }

  /// Calls `body` for each image row of a piece with the place of its first pixel and the padded rows above, at and below it.
  @inline(__always)
  private func forEachRow(
    of piece: Int, _ x: UnsafePointer<Float>, _ memory: UnsafeMutablePointer<Float>,
    _ body: (
      _ pixel: Int, _ lines: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>)
    ) -> Void
  ) {
    let image = piece / stripsPerImage, start = piece % stripsPerImage * Self.stripHeight
    func place(_ row: Int) -> UnsafeMutablePointer<Float> { memory + (row + 3) % 3 * rowCount }
    func fill(_ row: Int) {
      let target = place(row)
      guard row >= 0, row < size.height else { return target.update(repeating: 0, count: rowCount) }
      target.update(repeating: 0, count: inputs)
      let source = x + (image * size.height + row) * size.width * inputs
      (target + inputs).update(from: source, count: size.width * inputs)
      (target + (size.width + 1) * inputs).update(repeating: 0, count: inputs + vectorWidth)
    }
    fill(start - 1)
    fill(start)
    for row in start..<min(start + Self.stripHeight, size.height) {
      fill(row + 1)
      body(
        (image * size.height + row) * size.width,
        (UnsafePointer(place(row - 1)), UnsafePointer(place(row)), UnsafePointer(place(row + 1))))
    }
  }
}
