import RAMiTParallel

/// A 3x3 convolution of stride 1 by 16 instead of 36 multiplications for each 2 x 2 results (Winograd's F(2x2, 3x3);
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
///
/// A tile of 4 x 4 source pixels and the kernel are transformed by additions; the products of all tiles are 16 matrix
/// products over the channels, whose results are transformed to 2 x 2 pixels. Errors are those of the direct sums:
/// F(4x4, 3x3) would save more, with errors of 1e-5 of the largest value.
struct WinogradPass {
  let images: Int
  /// Of the target map.
  let height: Int
  let width: Int
  /// Of the source map.
  let source: IntPair
  /// Where the first result's first tap reads.
  let lowest: IntPair
  /// The kernel's taps, in the order in which they read the source.
  let rowTaps: [Int]
  let columnTaps: [Int]
  let sourceChannels: Int
  let targetChannels: Int

  /// Fewer channels do not pay for the transforms.
  private static let leastChannels = 32
  private static let leastWeights = 48 * 32
  /// Fewer tiles in a row leave parts of the products' tiles empty.
  private static let leastTiles = 6

  /// Nil where the pass is no 3x3 convolution of stride 1, or has few channels.
  init?(_ pass: ConvolutionPass) {
    guard pass.groups == 1, min(pass.sourceChannels, pass.targetChannels) >= Self.leastChannels,
      pass.sourceChannels * pass.targetChannels >= Self.leastWeights
    else { return nil }
    for axis in [pass.vertical, pass.horizontal] {
      guard axis.taps.count == 3, axis.isDense, axis.sourceStep == 1, axis.targetStep == 1 else { return nil }
    }
    guard pass.horizontal.count > 2 * (Self.leastTiles - 1) else { return nil }
    images = pass.images
    (height, width) = (pass.vertical.count, pass.horizontal.count)
    source = IntPair(pass.vertical.sourceCount, pass.horizontal.sourceCount)
    lowest = IntPair(pass.vertical.lowest, pass.horizontal.lowest)
    rowTaps = pass.vertical.taps.map { $0.index }
    columnTaps = pass.horizontal.taps.map { $0.index }
    sourceChannels = pass.sourceChannels
    targetChannels = pass.targetChannels
  }

  var tiles: WinogradTiles {
    WinogradTiles(height: height, width: width, source: source, lowest: lowest, channels: sourceChannels)
  }

  private var matrixCount: Int { PackedMatrix.count(rows: sourceChannels, columns: targetChannels) }
  private var targetStride: Int { paddedToVector(targetChannels) }

  /// Floats of the packed weight, and of memory to transform it in.
  var packedCount: Int { 16 * matrixCount + 16 * paddedToVector(sourceChannels * targetChannels) }

  /// Tile rows that one piece of work takes.
  private var rowsEach: Int { max(1, min(4, images * tiles.rows / 32)) }
  private var piecesEach: Int { (tiles.rows + rowsEach - 1) / rowsEach }
  var pieces: Int { images * piecesEach }
  /// Floats of scratch for each worker.
  var scratchCount: Int {
    tiles.ringCount + 16 * (tiles.plane(sourceChannels) + tiles.plane(targetStride)) + vectorWidth
  }

  /// Transforms and packs the weight [outputs x 3 x 3 x inputs]; overwrites `packed`.
  /// - Parameter transposed: whether the pass leads from the outputs to the inputs.
  func pack(_ weight: UnsafePointer<Float>, transposed: Bool, into packed: UnsafeMutablePointer<Float>) {
    let (inputs, outputs) = transposed ? (targetChannels, sourceChannels) : (sourceChannels, targetChannels)
    let plane = paddedToVector(inputs * outputs), transformed = packed + 16 * matrixCount
    parallelFor(outputs) { output, _ in
      let kernel = weight + output * 9 * inputs, target = transformed + output * inputs
      func tap(_ row: Int, _ column: Int) -> UnsafePointer<Float> {
        kernel + (rowTaps[row] * 3 + columnTaps[column]) * inputs
      }
      for c in stride(from: 0, to: inputs, by: vectorWidth) {
        func column(_ j: Int) -> (Vector, Vector, Vector, Vector) {
          WinogradTiles.kernelTransform(load(tap(0, j) + c), load(tap(1, j) + c), load(tap(2, j) + c))
        }
        func write(_ row: Int, _ p: Vector, _ q: Vector, _ r: Vector) {
          let all = WinogradTiles.kernelTransform(p, q, r), to = target + (4 * row * plane + c)
          store(all.0, to, count: inputs - c)
          store(all.1, to + plane, count: inputs - c)
          store(all.2, to + 2 * plane, count: inputs - c)
          store(all.3, to + 3 * plane, count: inputs - c)
        }
        let (p, q, r) = (column(0), column(1), column(2))
        write(0, p.0, q.0, r.0)
        write(1, p.1, q.1, r.1)
        write(2, p.2, q.2, r.2)
        write(3, p.3, q.3, r.3)
      }
    }
    let panels = (targetChannels + PackedMatrix.panelWidth - 1) / PackedMatrix.panelWidth
    parallelFor(16 * panels) { index, _ in
      let place = index / panels, column = index % panels * PackedMatrix.panelWidth
      let width = min(PackedMatrix.panelWidth, paddedToVector(targetChannels - column))
      let (rowStride, columnStride) = transposed ? (inputs, 1) : (1, inputs)
      PackedMatrix.packPanel(
        transformed + (place * plane + column * columnStride), rowStride: rowStride, columnStride: columnStride,
        rows: sourceChannels, columns: min(width, targetChannels - column), width: width,
        into: packed + (place * matrixCount + column * sourceChannels))
    }
  }

  /// The target from the source and the packed weight; overwrites the target, or adds to it.
  /// - Parameter bias: [target channels]; nil for none.
  func run(
    _ source: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    _ target: UnsafeMutablePointer<Float>, accumulate: Bool, scratch: Scratch
  ) {
    let tiles = tiles, block = tiles.blockSize
    parallelFor(pieces) { piece, worker in
      let image = piece / piecesEach, start = piece % piecesEach * rowsEach
      let memory = scratch.of(worker: worker)
      let transformed = memory + tiles.ringCount
      let products = transformed + 16 * tiles.plane(sourceChannels)
      var rows = tiles.reader(
        of: source + image * self.source.height * self.source.width * sourceChannels, memory: memory)
      for row in start..<min(start + rowsEach, tiles.rows) {
        let lines = rows.lines(of: row)
        for first in stride(from: 0, to: tiles.columns, by: block) {
          let count = min(block, tiles.columns - first)
          tiles.transform(lines, first: first, count: count, into: transformed)
          for place in 0..<16 { multiply(place, transformed, packed, products, count: count) }
          let y = target + ((image * height + 2 * row) * width + 2 * first) * targetChannels
          write(
            products, tiles: count, bias: bias, y, rows: min(2, height - 2 * row), columns: width - 2 * first,
            accumulate: accumulate)
        }
      }
    }
  }

  private func multiply(
    _ place: Int, _ transformed: UnsafePointer<Float>, _ packed: UnsafePointer<Float>,
    _ products: UnsafeMutablePointer<Float>, count: Int
  ) {
    let tiles = tiles
    multiplySegment(
      rows: count, stride: sourceChannels, step: 1,
      ProductSegment(rows: transformed + place * tiles.plane(sourceChannels), firstRow: 0, count: sourceChannels),
      PackedMatrix(packed + place * matrixCount, rows: sourceChannels, columns: targetChannels),
      products + place * tiles.plane(targetStride), cStride: targetStride, accumulate: false)
  }

  /// Transforms the products of tiles side by side to the pixels that the map has.
  private func write(
    _ products: UnsafePointer<Float>, tiles count: Int, bias: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulate: Bool
  ) {
    let plane = tiles.plane(targetStride)
    for tile in 0..<count {
      let from = products + tile &* targetStride, to = y + 2 &* tile &* targetChannels
      let hasSecond = 2 &* tile &+ 1 < columns
      var c = 0
      while c < targetChannels {
        let lanes = targetChannels &- c
        let start = bias.map { load($0 + c) } ?? Vector.zero
        @inline(__always) func column(_ j: Int) -> (Vector, Vector) {
          let p = from + (j &* plane &+ c), row = 4 &* plane
          let middle = load(p + row), low = load(p + 2 &* row)
          return (load(p) + middle + low, middle - low - load(p + 3 &* row))
        }
        let (a, b, c2, d) = (column(0), column(1), column(2), column(3))
        @inline(__always) func put(_ value: Vector, _ place: Int) {
          let target = to + (place &+ c)
          store(accumulate ? value + load(target) : value, target, count: lanes)
        }
        put(start + (a.0 + b.0 + c2.0), 0)
        if hasSecond { put(start + (b.0 - c2.0 - d.0), targetChannels) }
        if rows > 1 {
          put(start + (a.1 + b.1 + c2.1), width &* targetChannels)
          if hasSecond { put(start + (b.1 - c2.1 - d.1), (width &+ 1) &* targetChannels) }
        }
        c &+= vectorWidth
      }
    }
  }
}
