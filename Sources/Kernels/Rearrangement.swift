import Parallel

/// How a feature map's elements move to another one: each row of the larger map's pixels is one piece of work.
///
/// Every rearrangement is a list of copies between runs of channels; the pullback makes the same copies the other way.
public struct PixelShuffle {
  let images: Int
  /// Of the low-resolution map.
  let height: Int
  let width: Int
  /// Of the high-resolution map.
  let channels: Int
  let factor: Int

  /// N x H x W x (C r r) and N x (r H) x (r W) x C.
  public init(images: Int, height: Int, width: Int, channels: Int, factor: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    self.factor = factor
  }

  /// Calls `body(low, high)` with the places of the same element in both maps: channel c of the high-resolution pixel (i, j) of a
  /// cell is channel c r r + i r + j of the low-resolution pixel (Shi et al., 2016).
  @inline(__always)
  private func forEach(_ body: (_ low: Int, _ high: Int) -> Void) {
    let cell = factor &* factor
    parallelFor(images * height) { row, _ in
      for x in 0..<width {
        let low = (row &* width &+ x) &* channels &* cell
        for i in 0..<factor {
          for j in 0..<factor {
            let high = ((row &* factor &+ i) &* width &* factor &+ x &* factor &+ j) &* channels
            let from = low &+ i &* factor &+ j
            for c in 0..<channels { body(from &+ c &* cell, high &+ c) }
          }
        }
      }
    }
  }

  /// Overwrites the high-resolution map.
  public func forward(_ low: UnsafePointer<Float>, _ high: UnsafeMutablePointer<Float>) {
    forEach { high[$1] = low[$0] }
  }

  /// Overwrites the low-resolution gradient, or adds to it.
  public func backward(_ dHigh: UnsafePointer<Float>, _ dLow: UnsafeMutablePointer<Float>, adds: Bool) {
    if adds { forEach { dLow[$0] += dHigh[$1] } } else { forEach { dLow[$0] = dHigh[$1] } }
  }
}

/// The four pixels of each 2 x 2 cell side by side on the channels: top left, top right, bottom left, bottom right.
public struct SpaceToDepth {
  let images: Int
  let height: Int
  let width: Int
  let channels: Int

  /// N x H x W x C, with even H and W, and N x H/2 x W/2 x 4 C.
  public init(images: Int, height: Int, width: Int, channels: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
  }

  @inline(__always)
  private func forEachPixel(_ body: (_ from: Int, _ to: Int) -> Void) {
    parallelFor(images * height / 2) { row, _ in
      for x in 0..<width / 2 {
        for i in 0..<2 {
          for j in 0..<2 {
            let from = ((2 &* row &+ i) &* width &+ 2 &* x &+ j) &* channels
            body(from, ((row &* width / 2 &+ x) &* 4 &+ 2 &* i &+ j) &* channels)
          }
        }
      }
    }
  }

  /// Overwrites the result.
  public func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    forEachPixel { from, to in (y + to).update(from: x + from, count: channels) }
  }

  /// Overwrites the gradient, or adds to it.
  public func backward(_ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, adds: Bool) {
    forEachPixel { from, to in
      if adds {
        for c in 0..<channels { dx[from &+ c] += dy[to &+ c] }
      } else {
        (dx + from).update(from: dy + to, count: channels)
      }
    }
  }
}

/// Copies `columns` values of each row between matrices whose rows lie apart; overwrites the target, or adds to it.
public func copyColumns(
  _ source: UnsafePointer<Float>, stride sourceStride: Int, into target: UnsafeMutablePointer<Float>,
  stride targetStride: Int, columns: Int, rows: Int, adds: Bool = false
) {
  forEachRange(of: rows, grain: max(1, streamingGrain / max(1, columns))) { range in
    for row in range {
      let from = source + row &* sourceStride, to = target + row &* targetStride
      if adds {
        for c in 0..<columns { to[c] += from[c] }
      } else {
        to.update(from: from, count: columns)
      }
    }
  }
}

/// The maximum of each s x s cell, per channel.
public struct MaxPool {
  let images: Int
  let height: Int
  let width: Int
  let channels: Int
  let size: Int

  /// N x H x W x C, with H and W multiples of s, to N x H/s x W/s x C.
  public init(images: Int, height: Int, width: Int, channels: Int, size: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    self.size = size
  }

  /// Calls `body` with the place of each vector of results, of its cell's first element, and how many channels it holds.
  @inline(__always)
  private func forEachVector(_ body: (_ result: Int, _ cell: Int, _ lanes: Int) -> Void) {
    let (rows, columns) = (height / size, width / size)
    parallelFor(images * rows) { row, _ in
      for column in 0..<columns {
        let cell = ((row &* size) &* width &+ column &* size) &* channels
        let result = (row &* columns &+ column) &* channels
        var c = 0
        while c < channels {
          body(result &+ c, cell &+ c, channels &- c)
          c &+= vectorWidth
        }
      }
    }
  }

  /// How far the element (i, j) of a cell lies from its first one.
  @inline(__always)
  private func step(_ i: Int, _ j: Int) -> Int { (i &* width &+ j) &* channels }

  /// Overwrites the result.
  public func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    forEachVector { result, cell, lanes in store(largest(x, cell), y + result, count: lanes) }
  }

  /// The gradient of each cell's first largest element; the others get zero. Overwrites dx, or adds to it.
  public func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, adds: Bool
  ) {
    forEachVector { result, cell, lanes in
      let top = largest(x, cell)
      var rest = load(dy + result)
      for i in 0..<size {
        for j in 0..<size {
          let place = cell &+ step(i, j), isTop = load(x + place) .== top
          var gradient = Vector.zero.replacing(with: rest, where: isTop)
          rest = rest.replacing(with: 0, where: isTop)
          if adds { gradient += load(dx + place) }
          store(gradient, dx + place, count: lanes)
        }
      }
    }
  }

  @inline(__always)
  private func largest(_ x: UnsafePointer<Float>, _ cell: Int) -> Vector {
    var top = load(x + cell)
    for i in 0..<size { for j in 0..<size { top = maximum(load(x + (cell &+ step(i, j))), top) } }
    return top
  }
}
