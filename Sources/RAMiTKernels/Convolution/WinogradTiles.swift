/// The 2 x 2 tiles of a map's results, and the 4 x 4 source pixels that each reads.
struct WinogradTiles {
  let rows: Int
  let columns: Int
  /// Tiles that are transformed and multiplied at once, so that they stay in the second-level cache.
  let blockSize: Int
  private let channels: Int
  private let vertical: TapAxis
  private let row: TapRow

  /// - Parameter lowest: where the first result's first tap reads.
  init(height: Int, width: Int, source: IntPair, lowest: IntPair, channels: Int) {
    rows = (height + 1) / 2
    columns = (width + 1) / 2
    self.channels = channels
    blockSize = min(paddedToVector(columns), max(16, (1 << 15) / (16 * channels) & ~15))
    func taps(_ count: Int, _ lowest: Int) -> [TapAxis.Tap] {
      (0..<count).map { TapAxis.Tap(index: $0, offset: lowest + $0) }
    }
    vertical = TapAxis(
      count: rows, targetStart: 0, targetStep: 1, sourceCount: source.height, sourceStep: 2,
      taps: taps(4, lowest.height))
    row = TapRow(
      TapAxis(
        count: 2 * columns, targetStart: 0, targetStep: 1, sourceCount: source.width, sourceStep: 1,
        taps: taps(3, lowest.width)), channels: channels)
  }

  /// Floats from one of the 16 matrices [blockSize x width] to the next: not a multiple of 4 KiB, at which lines of the
  /// cache would push each other out.
  func plane(_ width: Int) -> Int { blockSize &* width &+ 5 &* vectorWidth }

  /// Floats of a reader's memory: four rows, and one of zeros.
  var ringCount: Int { 5 * row.count }

  /// Rows of the source as tiles read them, from one row of tiles to the next.
  struct Reader {
    fileprivate var ring: TapRing
    fileprivate let vertical: TapAxis
    fileprivate let zeros: UnsafePointer<Float>

    /// The four rows that a row of tiles reads.
    mutating func lines(of row: Int) -> Lines {
      ring.fill(for: row)
      func line(_ index: Int) -> UnsafePointer<Float> { ring.row(2 * row + vertical.lowest + index) ?? zeros }
      return (line(0), line(1), line(2), line(3))
    }
  }

  typealias Lines = (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>)

  /// - Parameters:
  ///   - image: the first pixel of an image of the source.
  ///   - memory: `ringCount` floats.
  func reader(of image: UnsafePointer<Float>, memory: UnsafeMutablePointer<Float>) -> Reader {
    let zeros = memory + 4 * row.count
    zeros.update(repeating: 0, count: row.count)
    return Reader(
      ring: TapRing(row, vertical, source: image, memory: memory, inPlace: false), vertical: vertical,
      zeros: UnsafePointer(zeros))
  }

  /// Transforms the source pixels of tiles side by side: 16 matrices
  /// [blockSize x channels], `plane(channels)` floats apart, of which `count` rows are written.
  func transform(_ lines: Lines, first: Int, count: Int, into target: UnsafeMutablePointer<Float>) {
    let plane = plane(channels)
    for tile in 0..<count {
      let place = 2 &* (first &+ tile) &* channels
      let (x0, x1, x2, x3) = (lines.0 + place, lines.1 + place, lines.2 + place, lines.3 + place)
      let target = target + tile &* channels
      var c = 0
      while c < channels {
        let lanes = channels &- c
        @inline(__always) func column(_ j: Int) -> (Vector, Vector, Vector, Vector) {
          let at = j &* channels &+ c
          let (a, b, c, d) = (load(x0 + at), load(x1 + at), load(x2 + at), load(x3 + at))
          return (a - c, b + c, c - b, b - d)
        }
        let (p, q, r, s) = (column(0), column(1), column(2), column(3))
        @inline(__always) func write(_ row: Int, _ p: Vector, _ q: Vector, _ r: Vector, _ s: Vector) {
          let to = target + (4 &* row &* plane &+ c)
          store(p - r, to, count: lanes)
          store(q + r, to + plane, count: lanes)
          store(r - q, to + 2 &* plane, count: lanes)
          store(q - s, to + 3 &* plane, count: lanes)
        }
        write(0, p.0, q.0, r.0, s.0)
        write(1, p.1, q.1, r.1, s.1)
        write(2, p.2, q.2, r.2, s.2)
        write(3, p.3, q.3, r.3, s.3)
        c &+= vectorWidth
      }
    }
  }

  /// G g of three values.
  @inline(__always)
  static func kernelTransform(_ a: Vector, _ b: Vector, _ c: Vector) -> (Vector, Vector, Vector, Vector) {
    let half = (a + c) * 0.5, middle = b * 0.5
    return (a, half + middle, half - middle, c)
  }
}
