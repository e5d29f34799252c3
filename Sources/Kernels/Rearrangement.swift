import Parallel

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

  /// Calls `body` with the place of each vector of results, of its cell's first element, and how many channels it
  /// holds.
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
