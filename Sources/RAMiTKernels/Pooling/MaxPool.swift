import RAMiTParallel

/// The maximum of each window of a map N x H x W x C, per channel. Positions outside the map do not count; a NaN is the
/// maximum of its window.
package struct MaxPool: Sendable {
  private let geometry: ConvolutionGeometry
  private let channels: Int
  private let vertical: TapAxis
  private let horizontal: TapAxis

  /// - Precondition: every window holds a pixel of the map.
  package init(_ geometry: ConvolutionGeometry, channels: Int) {
    self.geometry = geometry
    self.channels = channels
    vertical = geometry.forwardAxis(.height)
    horizontal = geometry.forwardAxis(.width)
  }

  /// True when the windows lie side by side and cover the map.
  private var isTiling: Bool {
    geometry.stride == geometry.kernel && geometry.padding.isBoth(0) && geometry.dilation.isBoth(1)
      && geometry.input.height == geometry.output.height * geometry.kernel.height
      && geometry.input.width == geometry.output.width * geometry.kernel.width
  }

  /// A window's pixels inside the map.
  private struct Window {
    /// The place of the first one.
    let first: Int
    let rows: Int
    let columns: Int
    /// Floats between them.
    let rowStep: Int
    let columnStep: Int

    @inline(__always)
    func forEachPlace(_ body: (Int) -> Void) {
      var row = first
      for _ in 0..<rows {
        var place = row
        for _ in 0..<columns {
          body(place)
          place &+= columnStep
        }
        row &+= rowStep
      }
    }
  }

  /// Calls `body` with each window of a row of results.
  @inline(__always)
  private func forEachWindow(of line: Int, _ body: (_ result: Int, Window) -> Void) {
    let image = line / vertical.count, row = line % vertical.count
    let rows = vertical.taps(of: row)
    let top =
      image &* vertical.sourceCount &+ row &* vertical.sourceStep &+ vertical.lowest &+ rows.lowerBound
      &* vertical.offsetStep
    for column in 0..<horizontal.count {
      let columns = horizontal.taps(of: column)
      let left =
        column &* horizontal.sourceStep &+ horizontal.lowest &+ columns.lowerBound &* horizontal.offsetStep
      body(
        (line &* horizontal.count &+ column) &* channels,
        Window(
          first: (top &* horizontal.sourceCount &+ left) &* channels, rows: rows.count, columns: columns.count,
          rowStep: vertical.offsetStep &* horizontal.sourceCount &* channels,
          columnStep: horizontal.offsetStep &* channels))
    }
  }

  /// Overwrites the result.
  package func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    parallelFor(geometry.images * vertical.count) { line, _ in
      forEachWindow(of: line) { result, window in
        var c = 0
        while c < channels {
          store(largest(x + c, window), y + (result &+ c), count: channels &- c)
          c &+= vectorWidth
        }
      }
    }
  }

  /// The gradient of each window goes to its first largest element. Overwrites dx, or adds to it.
  package func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    if isTiling {
      parallelFor(geometry.images * vertical.count) { line, _ in
        forEachWindow(of: line) { result, window in
          for c in stride(from: 0, to: channels, by: vectorWidth) {
            spread(x + c, dy + (result &+ c), dx + c, lanes: channels &- c, window, accumulate: accumulate)
          }
        }
      }
      return
    }
    // Windows may overlap: an image's channels are a piece of work, so that sums have one order.
    let vectors = (channels + vectorWidth - 1) / vectorWidth
    let pixels = geometry.input.height * geometry.input.width
    parallelFor(geometry.images * vectors) { piece, _ in
      let image = piece / vectors, c = piece % vectors * vectorWidth
      if !accumulate {
        for pixel in image * pixels..<(image + 1) * pixels {
          store(Vector.zero, dx + (pixel &* channels &+ c), count: channels &- c)
        }
      }
      for line in image * vertical.count..<(image + 1) * vertical.count {
        forEachWindow(of: line) { result, window in
          spread(x + c, dy + (result &+ c), dx + c, lanes: channels &- c, window, accumulate: true)
        }
      }
    }
  }

  @inline(__always)
  private func spread(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, lanes: Int,
    _ window: Window, accumulate: Bool
  ) {
    let top = largest(x, window)
    var rest = load(dy)
    window.forEachPlace { place in
      let value = load(x + place), isTop = (value .== top) .| (value .!= value)
      var gradient = Vector.zero.replacing(with: rest, where: isTop)
      rest = rest.replacing(with: 0, where: isTop)
      if accumulate { gradient += load(dx + place) }
      store(gradient, dx + place, count: lanes)
    }
  }

  @inline(__always)
  private func largest(_ x: UnsafePointer<Float>, _ window: Window) -> Vector {
    var top = load(x + window.first)
    window.forEachPlace { place in
      let value = load(x + place)
      top.replace(with: value, where: (value .> top) .| (value .!= value))
    }
    return top
  }
}
