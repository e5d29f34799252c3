import RAMiTParallel

/// What a feature map has beyond its edges.
public enum PaddingMode: Sendable, Hashable {
  /// Zeros.
  case zero
  /// One value.
  case constant(Float)
  /// Mirrored at the centre of the outermost pixel, which does not come twice: c b | a b c | b a.
  case reflect
  /// The outermost pixel again and again: a a | a b c | c c.
  case replicate
  /// Mirrored at the edge, so that the outermost pixel comes twice: b a | a b c | c b. Beyond the whole map it is
  /// mirrored again.
  case symmetric

  /// Which element of an axis of `size` elements stands at `position`, which may lie outside; nil for the mode's value.
  public func source(of position: Int, size: Int) -> Int? {
    if position >= 0 && position < size { return position }
    switch self {
    case .zero, .constant: return nil
    case .reflect: return position < 0 ? -position : 2 * (size - 1) - position
    case .replicate: return min(max(position, 0), size - 1)
    case .symmetric:
      let period = 2 * size, phase = (position % period + period) % period
      return min(phase, period - 1 - phase)
    }
  }

  var value: Float {
    if case .constant(let value) = self { value } else { 0 }
  }
}

/// Pixels added around feature maps N x H x W x C.
public struct Padding: Sendable {
  let images: Int
  let height: Int
  let width: Int
  let channels: Int
  let mode: PaddingMode
  /// Where each row and column of the result comes from; nil for the mode's value.
  let rows: [Int?]
  let columns: [Int?]
  private let left: Int

  /// - Parameters:
  ///   - images, height, width, channels: of the map without its padding.
  ///   - top, bottom, left, right: how many pixels are added.
  package init(
    images: Int, height: Int, width: Int, channels: Int, top: Int, bottom: Int, left: Int, right: Int, mode: PaddingMode
  ) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    self.mode = mode
    self.left = left
    rows = (-top..<height + bottom).map { mode.source(of: $0, size: height) }
    columns = (-left..<width + right).map { mode.source(of: $0, size: width) }
  }

  /// Overwrites the result [N x (top + H + bottom) x (left + W + right) x C].
  package func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    let value = mode.value, rowSize = columns.count &* channels
    forEachRange(of: images * rows.count, grain: grain) { range in
      for row in range {
        let (image, line) = row.quotientAndRemainder(dividingBy: rows.count)
        let to = y + row &* rowSize
        guard let source = rows[line] else {
          to.update(repeating: value, count: rowSize)
          continue
        }
        let from = x + (image &* height &+ source) &* width &* channels
        for column in 0..<left { copyPixel(column, from, to, value) }
        (to + left &* channels).update(from: from, count: width &* channels)
        for column in left &+ width..<columns.count { copyPixel(column, from, to, value) }
      }
    }
  }

  /// Overwrites dx [N x H x W x C], or adds to it: each pixel's gradient is the sum over all of its copies.
  package func backward(_ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool) {
    let rowSize = columns.count &* channels
    var copies = [[Int]](repeating: [], count: height)
    for (line, source) in rows.enumerated() { if let source { copies[source].append(line) } }
    forEachRange(of: images * height, grain: grain) { range in
      for row in range {
        let (image, line) = row.quotientAndRemainder(dividingBy: height)
        let to = dx + row &* width &* channels
        var accumulate = accumulate
        for copy in copies[line] {
          let from = dy + (image &* rows.count &+ copy) &* rowSize
          if accumulate {
            addChannels(from + left &* channels, to, count: width &* channels)
          } else {
            to.update(from: from + left &* channels, count: width &* channels)
          }
          accumulate = true
          for column in 0..<left { addPixel(column, from, to) }
          for column in left &+ width..<columns.count { addPixel(column, from, to) }
        }
      }
    }
  }

  /// Rows that one thread takes at a time.
  private var grain: Int { max(1, streamingGrain / max(1, columns.count * channels)) }

  @inline(__always)
  private func copyPixel(
    _ column: Int, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ value: Float
  ) {
    let target = to + column &* channels
    if let source = columns[column] {
      copyChannels(from + source &* channels, target, count: channels)
    } else {
      target.update(repeating: value, count: channels)
    }
  }

  @inline(__always)
  private func addPixel(_ column: Int, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
    guard let source = columns[column] else { return }
    addChannels(from + column &* channels, to + source &* channels, count: channels)
  }
}
