import RAMiTParallel

/// One pass of a convolution: the results of a target map from the taps of a source map, forward or for the
/// gradient of the input (one phase of the stride at a time).
///
/// With channels last, neighbouring pixels lie side by side: the taps of a kernel row that read neighbouring pixels are
/// one run of the inner dimension, and the left operand's rows overlap; nothing is unfolded. All kernel rows add up in
/// registers. A row of the source is copied once for all kernel rows, with the zeros that its ends need.
struct ConvolutionPass {
  let images: Int
  let vertical: TapAxis
  let horizontal: TapAxis
  /// Of the target map, all phases together.
  let targetHeight: Int
  let targetWidth: Int
  let sourceChannels: Int
  let targetChannels: Int
  let groups: Int

  private var sourceEach: Int { sourceChannels / groups }
  private var targetEach: Int { targetChannels / groups }
  /// The inner dimension.
  private var depth: Int { vertical.taps.count * horizontal.taps.count * sourceEach }

  /// Rows of results that one piece of work takes: few enough for 32 pieces where there are as many rows.
  private var stripHeight: Int { max(1, min(8, images * vertical.count / 32)) }
  private var stripsPerImage: Int { (vertical.count + stripHeight - 1) / stripHeight }
  /// The pieces of work, to size the scratch.
  var pieces: Int { images * stripsPerImage }

  /// True when rows are read where they lie.
  private var readsInPlace: Bool { horizontal.staysInside && horizontal.count >= TapRow.tileRows }
  private var row: TapRow { TapRow(horizontal, channels: sourceChannels) }
  /// Floats of scratch for each worker.
  var scratchCount: Int { readsInPlace ? 0 : vertical.span * row.count }

  /// Floats of the packed weight.
  var packedCount: Int { groups * PackedMatrix.count(rows: depth, columns: targetEach) }

  /// Packs the weight [outputs x kh x kw x inputs/groups] for this pass; overwrites `packed`.
  /// - Parameter transposed: whether the pass leads from the outputs to the inputs.
  func pack(
    _ weight: UnsafePointer<Float>, kernel: IntPair, transposed: Bool, into packed: UnsafeMutablePointer<Float>
  ) {
    let taps = kernel.height * kernel.width
    // The inputs of a group lie side by side, the outputs all taps apart.
    let inputsEach = transposed ? targetEach : sourceEach
    let outputStride = taps * inputsEach
    let (rowStride, columnStride) = transposed ? (outputStride, 1) : (1, outputStride)
    let panels = (targetEach + PackedMatrix.panelWidth - 1) / PackedMatrix.panelWidth
    parallelFor(groups * panels) { index, _ in
      let group = index / panels, column = index % panels * PackedMatrix.panelWidth
      let width = min(PackedMatrix.panelWidth, paddedToVector(targetEach - column))
      var target =
        packed + group * PackedMatrix.count(rows: depth, columns: targetEach) + column * depth
      for tapRow in vertical.taps {
        for tap in horizontal.taps {
          let place = tapRow.index * kernel.width + tap.index
          let source =
            weight + group * (transposed ? sourceEach : targetEach) * outputStride + place * inputsEach
            + column * columnStride
          PackedMatrix.packPanel(
            source, rowStride: rowStride, columnStride: columnStride, rows: sourceEach,
            columns: min(width, targetEach - column), width: width, into: target)
          target += sourceEach * width
        }
      }
    }
  }

  /// The target from the source and the packed weight; overwrites the target's pixels of this phase, or adds to them.
  /// - Parameter bias: [target channels], added to each pixel.
  func run(
    _ source: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    _ target: UnsafeMutablePointer<Float>, accumulate: Bool, scratch: Scratch
  ) {
    if let bias {
      run(source, packed: packed, target, accumulate: accumulate, scratch: scratch) { AddBias(bias: bias + $0) }
    } else {
      run(source, packed: packed, target, accumulate: accumulate, scratch: scratch) { _ in Identity() }
    }
  }

  @inline(__always)
  private func run<E: Epilogue>(
    _ source: UnsafePointer<Float>, packed: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    accumulate: Bool, scratch: Scratch, epilogue: (_ channel: Int) -> E
  ) {
    let matrixCount = PackedMatrix.count(rows: depth, columns: targetEach)
    let runs = TapRuns(horizontal, channels: sourceChannels, each: sourceEach, groups: groups)
    parallelFor(pieces) { piece, worker in
      let image = piece / stripsPerImage, start = piece % stripsPerImage * stripHeight
      let image0 = source + image * vertical.sourceCount * horizontal.sourceCount * sourceChannels
      var ring = TapRing(row, vertical, source: image0, memory: scratch.of(worker: worker), inPlace: readsInPlace)
      withUnsafeTemporaryAllocation(
        of: ProductSegment.self, capacity: vertical.taps.count * runs.starts.count
      ) { memory in
        for result in start..<min(start + stripHeight, vertical.count) {
          ring.fill(for: result)
          let y =
            target
            + ((image * targetHeight + vertical.targetStart + result * vertical.targetStep) * targetWidth
              + horizontal.targetStart) * targetChannels
          for group in 0..<groups {
            var count = 0
            for (place, tap) in vertical.taps.enumerated() {
              guard let pixels = ring.row(result * vertical.sourceStep + tap.offset) else { continue }
              for (index, start) in runs.starts.enumerated() {
                memory[count] = ProductSegment(
                  rows: pixels + (start + group * sourceEach),
                  firstRow: (place * runs.starts.count + index) * runs.count, count: runs.count)
                count += 1
              }
            }
            multiplySegments(
              rows: horizontal.count, stride: horizontal.sourceStep * sourceChannels, step: 1,
              UnsafeBufferPointer(rebasing: memory[..<count]),
              PackedMatrix(packed + group * matrixCount, rows: depth, columns: targetEach), y + group * targetEach,
              cStride: horizontal.targetStep * targetChannels, accumulate: accumulate,
              epilogue: epilogue(group * targetEach))
          }
        }
      }
    }
  }
}

/// The runs of the inner dimension that lie side by side in a row of pixels: all taps of a kernel row, or one tap each.
struct TapRuns {
  /// Where each begins, in floats from the lowest tap's first channel.
  let starts: [Int]
  /// Floats of each.
  let count: Int

  init(_ axis: TapAxis, channels: Int, each: Int, groups: Int) {
    if groups == 1 && axis.isDense {
      starts = axis.taps.isEmpty ? [] : [0]
      count = axis.taps.count * channels
    } else {
      starts = axis.taps.map { ($0.offset - axis.lowest) * channels }
      count = each
    }
  }
}

/// A row of the source as the taps read it: from the lowest tap of the first result to the highest of the last one,
/// zeros where that is outside the map.
struct TapRow {
  /// No tile has more rows.
  static let tileRows = max(TileShape.Wide.rows, TileShape.Narrow.rows)

  private let channels: Int
  /// Pixels of zeros before the map's, or of the map left out (negative).
  private let before: Int
  private let width: Int
  private let pixels: Int
  /// Floats: what the last tile reads past the last result, and a vector of room, included.
  let count: Int

  init(_ axis: TapAxis, channels: Int) {
    self.channels = channels
    before = -axis.lowest
    width = axis.sourceCount
    pixels = (axis.count - 1) * axis.sourceStep + axis.span
    let extra = max(0, Self.tileRows - axis.count) * axis.sourceStep
    count = paddedToVector((pixels + extra) * channels + vectorWidth)
  }

  /// Floats of a row of the map.
  var sourceStride: Int { width * channels }
  /// The first float that the lowest tap reads, when the row lies in place.
  var offset: Int { -before * channels }

  /// Copies a row of the map.
  @inline(__always)
  func fill(_ target: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>) {
    let zeros = min(max(0, before), pixels)
    let first = max(0, -before)
    let copied = max(0, min(width - first, pixels - zeros))
    target.update(repeating: 0, count: zeros * channels)
    (target + zeros * channels).update(from: source + first * channels, count: copied * channels)
    (target + (zeros + copied) * channels).update(repeating: 0, count: (pixels - zeros - copied) * channels)
  }
}

/// The rows of the source that a row of results reads, copied as the results move down the map.
struct TapRing {
  private let row: TapRow
  private let axis: TapAxis
  private let source: UnsafePointer<Float>
  private let sourceStride: Int
  private let memory: UnsafeMutablePointer<Float>
  private let inPlace: Bool
  /// Rows above it are copied.
  private var next = Int.min

  init(
    _ row: TapRow, _ axis: TapAxis, source: UnsafePointer<Float>, memory: UnsafeMutablePointer<Float>, inPlace: Bool
  ) {
    self.row = row
    self.axis = axis
    self.source = source
    sourceStride = row.sourceStride
    self.memory = memory
    self.inPlace = inPlace
  }

  /// Copies what a row of results reads and has not been copied.
  @inline(__always)
  mutating func fill(for result: Int) {
    if inPlace { return }
    let low = max(0, result * axis.sourceStep + axis.lowest)
    let end = min(axis.sourceCount, result * axis.sourceStep + axis.lowest + axis.span)
    next = max(next, low)
    while next < end {
      row.fill(memory + next % axis.span * row.count, from: source + next * sourceStride)
      next += 1
    }
  }

  /// A row where the lowest tap of the first result reads it; nil outside the map.
  @inline(__always)
  func row(_ place: Int) -> UnsafePointer<Float>? {
    guard place >= 0, place < axis.sourceCount else { return nil }
    return inPlace
      ? source + (place * sourceStride + row.offset) : UnsafePointer(memory + place % axis.span * row.count)
  }
}
