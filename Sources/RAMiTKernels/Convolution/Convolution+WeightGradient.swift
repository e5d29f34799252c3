import RAMiTParallel

extension Convolution {
  /// Output channels that one piece of work takes.
  private static let blockSize = 64

  /// Blocks never reach over two groups.
  private var blocksEach: Int { (outputs / groups + Self.blockSize - 1) / Self.blockSize }
  private var blocks: Int { groups * blocksEach }
  /// Parts of the map's rows that are summed apart, which take their own sums each: few where the weight is large.
  private var parts: Int {
    let rows = geometry.images * geometry.output.height
    return max(1, min(16 / blocks, rows / 2, (1 << 22) / weightCount))
  }

  private var winograd: WinogradWeightGradient? { WinogradWeightGradient(forwardPass) }

  /// Pieces of work of `weightGradient`.
  package var weightGradientPieces: Int { winograd?.pieces ?? blocks * parts }
  /// Floats of scratch for each worker of `weightGradient`.
  package var weightGradientScratchCount: Int {
    if let winograd { return winograd.scratchCount }
    let axis = geometry.forwardAxis(.height), row = TapRow(geometry.forwardAxis(.width), channels: inputs)
    return axis.span * row.count
  }
  /// Floats of the sums of weight [outputs x kh x kw x inputs/groups] and bias [outputs], which come first in
  /// `weightGradientSumsCount`.
  package var gradientCount: Int { weightCount + outputs }
  /// Floats of memory for `weightGradient`.
  package var weightGradientSumsCount: Int { winograd?.sumsCount ?? parts * gradientCount }

  /// The gradients of weight [outputs x kh x kw x inputs/groups] and bias [outputs], one after the other at the
  /// beginning of `sums`.
  ///
  /// With channels last, the taps of a kernel row are one run of a pixel row (`ConvolutionPass`), and each output row
  /// gives one product: its gradient, transposed, times the overlapping runs.
  /// - Parameters:
  ///   - sums: `weightGradientSumsCount` floats; overwritten.
  ///   - hasBias: false leaves out the bias, whose sums are then zeros.
  package func weightGradient(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, hasBias: Bool = true,
    scratch: Scratch
  ) {
    if let winograd { return winograd.run(x, dy: dy, sums: sums, hasBias: hasBias, scratch: scratch) }
    let vertical = geometry.forwardAxis(.height), horizontal = geometry.forwardAxis(.width)
    let (inputsEach, outputsEach) = (inputs / groups, outputs / groups)
    let row = TapRow(horizontal, channels: inputs)
    let runs = TapRuns(horizontal, channels: inputs, each: inputsEach, groups: groups)
    let height = geometry.output.height, width = geometry.output.width, lines = geometry.images * height
    let tapStride = horizontal.taps.count * inputsEach, outputStride = vertical.taps.count * tapStride
    parallelFor(blocks * parts) { piece, worker in
      let part = piece / blocks, group = piece % blocks / blocksEach
      let channel = group * outputsEach + piece % blocks % blocksEach * Self.blockSize
      let channels = min(Self.blockSize, (group + 1) * outputsEach - channel)
      let sums = sums + part * gradientCount
      let weights = sums + channel * outputStride, biases = sums + weightCount + channel
      weights.update(repeating: 0, count: channels * outputStride)
      biases.update(repeating: 0, count: channels)
      var ring: TapRing?
      for line in part * lines / parts..<(part + 1) * lines / parts {
        let image = line / height, result = line % height
        if ring == nil || result == 0 {
          let source = x + image * vertical.sourceCount * horizontal.sourceCount * inputs
          ring = TapRing(row, vertical, source: source, memory: scratch.of(worker: worker), inPlace: false)
        }
        ring!.fill(for: result)
        let dy = dy + line * width * outputs + channel
        for (place, tap) in vertical.taps.enumerated() {
          guard let pixels = ring!.row(result * vertical.sourceStep + tap.offset) else { continue }
          for (index, start) in runs.starts.enumerated() {
            multiplySegment(
              rows: channels, stride: 1, step: outputs, ProductSegment(rows: dy, firstRow: 0, count: width),
              PackedMatrix(
                inPlace: pixels + (start + group * inputsEach), rows: width, columns: runs.count,
                stride: horizontal.sourceStep * inputs),
              weights + (place * tapStride + index * runs.count), cStride: outputStride, accumulate: true)
          }
        }
        if hasBias { addColumnSums(rows: width, columns: channels, dy, stride: outputs, to: biases) }
      }
    }
    addParts(sums, parts: parts, count: gradientCount)
  }
}
