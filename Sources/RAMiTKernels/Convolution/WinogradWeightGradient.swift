import RAMiTParallel

/// The gradient of a 3x3 convolution's weight by the tiles of `WinogradPass`: the transformed source pixels times the
/// transformed gradients of the results, summed over all tiles, and the sums transformed back to the kernel.
struct WinogradWeightGradient {
  private let pass: WinogradPass
  private var inputs: Int { pass.sourceChannels }
  private var outputs: Int { pass.targetChannels }
  private var tiles: WinogradTiles { pass.tiles }

  /// Nil where the convolution has another kernel, a stride, or few channels.
  init?(_ pass: ConvolutionPass) {
    guard let pass = WinogradPass(pass), pass.tiles.columns >= Self.leastTiles else { return nil }
    self.pass = pass
  }

  /// The products run over a row's tiles; fewer do not pay for reading and writing the sums.
  private static let leastTiles = 16
  /// Output channels that one piece of work takes.
  private static let outputsEach = 64
  private var blocks: Int { (outputs + Self.outputsEach - 1) / Self.outputsEach }
  private var lines: Int { pass.images * tiles.rows }
  /// Parts of the tile rows that are summed apart.
  private var parts: Int { max(1, min(16 / blocks, lines, (1 << 22) / sumsEach)) }
  private var sumsEach: Int { 16 * inputs * outputs + outputs }

  var pieces: Int { blocks * parts }
  var sumsCount: Int { parts * sumsEach }
  var scratchCount: Int {
    tiles.ringCount + 16 * (tiles.plane(inputs) + tiles.plane(Self.outputsEach)) + vectorWidth
  }

  /// The gradients of weight [outputs x 3 x 3 x inputs] and bias [outputs], one after the other at the beginning of
  /// `sums`.
  /// - Parameters:
  ///   - sums: `sumsCount` floats; overwritten.
  ///   - hasBias: false leaves out the bias, whose sums are then zeros.
  func run(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, hasBias: Bool,
    scratch: Scratch
  ) {
    parallelFor(pieces) { piece, worker in
      let part = piece / blocks, channel = piece % blocks * Self.outputsEach
      let sums = sums + part * sumsEach
      add(
        lines: part * lines / parts..<(part + 1) * lines / parts, channel: channel,
        channels: min(Self.outputsEach, outputs - channel), x, dy, sums, hasBias: hasBias,
        memory: scratch.of(worker: worker))
    }
    addParts(sums, parts: parts, count: sumsEach)
    let biases = sums + 16 * inputs * outputs
    parallelFor(outputs) { output, _ in transformBack(sums + output * 16 * inputs) }
    // Each kernel's 9 rows move to the front, over rows that have been moved.
    for output in 1..<max(1, outputs) {
      (sums + output * 9 * inputs).update(from: sums + output * 16 * inputs, count: 9 * inputs)
    }
    (sums + outputs * 9 * inputs).update(from: biases, count: outputs)
  }

  /// Some rows of tiles: adds to sums [outputs x 16 x inputs] and the bias's of some channels.
  private func add(
    lines: Range<Int>, channel: Int, channels: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>, hasBias: Bool, memory: UnsafeMutablePointer<Float>
  ) {
    let tiles = tiles, block = tiles.blockSize
    let kernels = sums + channel * 16 * inputs, biases = sums + 16 * inputs * outputs + channel
    kernels.update(repeating: 0, count: channels * 16 * inputs)
    biases.update(repeating: 0, count: channels)
    let transformed = memory + tiles.ringCount, gradients = transformed + 16 * tiles.plane(inputs)
    var rows: WinogradTiles.Reader?
    for line in lines {
      let image = line / tiles.rows, row = line % tiles.rows
      if rows == nil || row == 0 {
        rows = tiles.reader(of: x + image * pass.source.height * pass.source.width * inputs, memory: memory)
      }
      let read = rows!.lines(of: row)
      let height = min(2, pass.height - 2 * row)
      let dy = dy + (image * pass.height + 2 * row) * pass.width * outputs + channel
      if hasBias { addColumnSums(rows: height * pass.width, columns: channels, dy, stride: outputs, to: biases) }
      for first in stride(from: 0, to: tiles.columns, by: block) {
        let count = min(block, tiles.columns - first)
        tiles.transform(read, first: first, count: count, into: transformed)
        transformGradients(dy, first: first, count: count, rows: height, channels: channels, into: gradients)
        for place in 0..<16 {
          multiplySegment(
            rows: channels, stride: 1, step: Self.outputsEach,
            ProductSegment(rows: gradients + place * tiles.plane(Self.outputsEach), firstRow: 0, count: count),
            PackedMatrix(
              inPlace: transformed + place * tiles.plane(inputs), rows: count, columns: inputs, stride: inputs),
            kernels + place * inputs, cStride: 16 * inputs, accumulate: true)
        }
      }
    }
  }

  /// The gradients of tiles side by side: 16 matrices [blockSize x outputsEach], of which `count` rows are written.
  /// Pixels that the map does not have count as zeros.
  private func transformGradients(
    _ dy: UnsafePointer<Float>, first: Int, count: Int, rows: Int, channels: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let plane = tiles.plane(Self.outputsEach), down = pass.width &* outputs
    for tile in 0..<count {
      let column = 2 &* (first &+ tile)
      let from = dy + column &* outputs, hasSecond = column &+ 1 < pass.width
      let target = target + tile &* Self.outputsEach
      var c = 0
      while c < channels {
        let a0 = load(from + c), b0 = hasSecond ? load(from + (outputs &+ c)) : Vector.zero
        let a1 = rows > 1 ? load(from + (down &+ c)) : Vector.zero
        let b1 = rows > 1 && hasSecond ? load(from + (down &+ outputs &+ c)) : Vector.zero
        @inline(__always) func write(_ row: Int, _ a: Vector, _ b: Vector) {
          let to = target + (4 &* row &* plane &+ c)
          store(a, to)
          store(a + b, to + plane)
          store(a - b, to + 2 &* plane)
          store(-b, to + 3 &* plane)
        }
        write(0, a0, b0)
        write(1, a0 + a1, b0 + b1)
        write(2, a0 - a1, b0 - b1)
        write(3, -a1, -b1)
        c &+= vectorWidth
      }
    }
  }

  /// The sums of one output [16 x inputs] to its kernel [9 x inputs], in place: a vector of channels is read whole
  /// before it is written.
  private func transformBack(_ sums: UnsafeMutablePointer<Float>) {
    for c in stride(from: 0, to: inputs, by: vectorWidth) {
      @inline(__always) func back(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> (Vector, Vector, Vector) {
        let sum = (b + c) * 0.5
        return (a + sum, (b - c) * 0.5, sum + d)
      }
      @inline(__always) func column(_ j: Int) -> (Vector, Vector, Vector) {
        func at(_ row: Int) -> Vector { load(sums + ((4 &* row &+ j) &* inputs &+ c)) }
        return back(at(0), at(1), at(2), at(3))
      }
      let (p, q, r, s) = (column(0), column(1), column(2), column(3))
      @inline(__always) func write(_ row: Int, _ all: (Vector, Vector, Vector)) {
        store(all.0, sums + (3 &* row &* inputs &+ c), count: inputs &- c)
        store(all.1, sums + ((3 &* row &+ 1) &* inputs &+ c), count: inputs &- c)
        store(all.2, sums + ((3 &* row &+ 2) &* inputs &+ c), count: inputs &- c)
      }
      write(0, back(p.0, q.0, r.0, s.0))
      write(1, back(p.1, q.1, r.1, s.1))
      write(2, back(p.2, q.2, r.2, s.2))
    }
  }
}
