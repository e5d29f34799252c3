import RAMiTParallel

/// The details that a Gaussian pyramid's first step loses: L x = x - G M G x, where G is a blur by (1, 5, 8, 5, 1) / 20
/// along both axes with the edge repeated beyond the map, and M keeps the pixels of even rows and columns, four times
/// (Burt and Adelson, 1983).
///
/// Sizes: N x H x W x C.
package struct Laplacian: Sendable {
  let images: Int
  let height: Int
  let width: Int
  let channels: Int
  private let rows: Band
  private let columns: Band
  private let transposedRows: Band
  private let transposedColumns: Band

  package init(images: Int, height: Int, width: Int, channels: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    rows = Band(size: height)
    columns = Band(size: width)
    transposedRows = rows.transposed
    transposedColumns = columns.transposed
  }

  private var rowSize: Int { width * channels }
  package var count: Int { images * height * rowSize }

  /// result = L x, or its transpose times x.
  /// - Parameters:
  ///   - result: of the size of x; not x itself.
  ///   - scratch: as many floats.
  package func apply(
    _ x: UnsafePointer<Float>, transposed: Bool, scratch: UnsafeMutablePointer<Float>,
    into result: UnsafeMutablePointer<Float>
  ) {
    let (vertical, horizontal) = transposed ? (transposedRows, transposedColumns) : (rows, columns)
    blurColumns(x, vertical, into: scratch)
    forEachRow { image, row in
      let place = (image &* height &+ row) &* rowSize
      if row % 2 == 0 {
        blurRow(scratch + place, horizontal, into: result + place)
        for column in 0..<width {
          for c in 0..<channels { result[place &+ column &* channels &+ c] *= column % 2 == 0 ? 4 : 0 }
        }
      } else {
        (result + place).update(repeating: 0, count: rowSize)
      }
    }
    blurColumns(result, vertical, into: scratch)
    forEachRow { image, row in
      let place = (image &* height &+ row) &* rowSize
      blurRow(scratch + place, horizontal, into: result + place)
      for i in place..<place &+ rowSize { result[i] = x[i] - result[i] }
    }
  }

  private func forEachRow(_ body: (_ image: Int, _ row: Int) -> Void) {
    forEachRange(of: images * height, grain: max(1, streamingGrain / max(1, rowSize))) { range in
      for number in range { body(number / height, number % height) }
    }
  }

  private func blurColumns(_ x: UnsafePointer<Float>, _ band: Band, into y: UnsafeMutablePointer<Float>) {
    forEachRow { image, row in
      let to = y + (image &* height &+ row) &* rowSize
      var isFirst = true
      for offset in -2...2 {
        let weight = band.weights[5 &* row &+ offset &+ 2]
        if weight == 0 { continue }
        let from = x + (image &* height &+ row &+ offset) &* rowSize
        if isFirst {
          for i in 0..<rowSize { to[i] = weight * from[i] }
        } else {
          for i in 0..<rowSize { to[i] += weight * from[i] }
        }
        isFirst = false
      }
    }
  }

  private func blurRow(_ x: UnsafePointer<Float>, _ band: Band, into y: UnsafeMutablePointer<Float>) {
    @inline(__always)
    func blurPixel(_ column: Int) {
      for c in 0..<channels {
        var sum: Float = 0
        for offset in max(-2, -column)...min(2, width &- 1 &- column) {
          sum += band.weights[5 &* column &+ offset &+ 2] * x[(column &+ offset) &* channels &+ c]
        }
        y[column &* channels &+ c] = sum
      }
    }
    for column in 0..<min(2, width) { blurPixel(column) }
    let taps = Band.taps
    if width > 4 {
      for i in 2 &* channels..<(width &- 2) &* channels {
        let sides = taps.0 * (x[i &- 2 &* channels] + x[i &+ 2 &* channels])
        y[i] = sides + taps.1 * (x[i &- channels] + x[i &+ channels]) + taps.2 * x[i]
      }
    }
    for column in max(2, width &- 2)..<max(2, width) { blurPixel(column) }
  }

  /// A matrix whose rows reach two elements to either side.
  private struct Band: Sendable {
    static let taps: (Float, Float, Float) = (0.05, 0.25, 0.4)

    private let size: Int
    /// Five for each row, 0 for elements that do not exist.
    private(set) var weights: [Float]

    /// The blur, with the edge repeated.
    init(size: Int) {
      self.size = size
      weights = Array(repeating: 0, count: 5 * size)
      let taps = [Self.taps.0, Self.taps.1, Self.taps.2, Self.taps.1, Self.taps.0]
      for row in 0..<size {
        for (tap, weight) in taps.enumerated() {
          let source = min(max(row + tap - 2, 0), size - 1)
          weights[5 * row + source - row + 2] += weight
        }
      }
    }

    var transposed: Band {
      var band = self
      for row in 0..<size {
        for offset in -2...2 {
          let source = row + offset
          band.weights[5 * row + offset + 2] = 0..<size ~= source ? weights[5 * source - offset + 2] : 0
        }
      }
      return band
    }
  }
}
