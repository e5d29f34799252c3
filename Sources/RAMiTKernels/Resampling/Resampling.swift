import RAMiTParallel

/// A map N x H x W x C whose height and width are resampled, each by itself: averages over windows, resizing, and their
/// gradients, which are resampled the other way (`transposed`).
///
/// Rows come first: a row of results is a weighted sum of whole source rows, then its pixels are weighted sums of that
/// row's.
package struct Resampling: Sendable {
  let images: Int
  let channels: Int
  let vertical: AxisResampling
  let horizontal: AxisResampling

  package init(images: Int, channels: Int, vertical: AxisResampling, horizontal: AxisResampling) {
    self.images = images
    self.channels = channels
    self.vertical = vertical
    self.horizontal = horizontal
  }

  package var transposed: Resampling {
    Resampling(
      images: images, channels: channels, vertical: vertical.transposed, horizontal: horizontal.transposed)
  }

  private var rowCount: Int { horizontal.sourceCount * channels }
  private var targetRowCount: Int { horizontal.count * channels }
  /// Rows of results that one piece of work takes.
  private var rowsEach: Int { max(1, (1 << 14) / max(1, max(rowCount, targetRowCount))) }
  /// The pieces of work, to size the scratch.
  package var pieces: Int { (images * vertical.count + rowsEach - 1) / rowsEach }
  /// Floats of scratch for each worker.
  package var scratchCount: Int { paddedToVector(rowCount + vectorWidth) }

  /// y [N x H' x W' x C] from x [N x H x W x C]; overwrites y, or adds to it.
  package func run(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, accumulate: Bool, scratch: Scratch
  ) {
    let selects = horizontal.isSelection
    parallelFor(pieces) { piece, worker in
      let memory = scratch.of(worker: worker)
      for line in piece * rowsEach..<min(images * vertical.count, (piece + 1) * rowsEach) {
        let image = line / vertical.count, row = line % vertical.count
        let source = addRows(of: row, x + image * vertical.sourceCount * rowCount, memory)
        let target = y + line * targetRowCount
        for column in 0..<horizontal.count {
          let place = target + column &* channels
          if selects && !accumulate {
            copyChannels(source + horizontal.sources[column] &* channels, place, count: channels)
          } else {
            weigh(column, of: horizontal, source, place, count: channels, accumulate: accumulate)
          }
        }
      }
    }
  }

  /// The weighted sum of source rows for a row of results, in `memory` or, when it is a row of the source itself,
  /// there.
  @inline(__always)
  private func addRows(
    of row: Int, _ x: UnsafePointer<Float>, _ memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let terms = vertical.starts[row]..<vertical.starts[row + 1]
    if terms.count == 1, vertical.weights[terms.lowerBound] == 1 {
      return x + vertical.sources[terms.lowerBound] * rowCount
    }
    weigh(row, of: vertical, x, memory, count: rowCount, accumulate: false)
    return UnsafePointer(memory)
  }

  /// y [count] = the weighted sum for a position of an axis, whose source positions are runs of `count` floats.
  @inline(__always)
  private func weigh(
    _ position: Int, of axis: AxisResampling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int,
    accumulate: Bool
  ) {
    axis.sources.withUnsafeBufferPointer { sources in
      axis.weights.withUnsafeBufferPointer { weights in
        let terms = axis.starts[position]..<axis.starts[position &+ 1]
        var c = 0
        while c < count {
          var sum = Vector.zero
          for term in terms {
            sum = multiplyAdd(load(x + (sources[term] &* count &+ c)), Vector(repeating: weights[term]), sum)
          }
          if accumulate { sum += load(y + c) }
          store(sum, y + c, count: count &- c)
          c &+= vectorWidth
        }
      }
    }
  }
}
