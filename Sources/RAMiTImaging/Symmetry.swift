/// The eight ways to turn and mirror an image: the symmetries of a square.
///
/// The raw values are those of EXIF's and TIFF's Orientation tag, which names what makes a stored image upright. The
/// cases are in the order in which a self-ensemble adds up its results.
package enum Symmetry: Int, CaseIterable, Sendable {
  case identity = 1
  /// Top and bottom exchanged.
  case flippedVertically = 4
  /// Left and right exchanged.
  case flippedHorizontally = 2
  case halfTurn = 3
  /// Rows and columns exchanged.
  case transposed = 5
  case quarterTurnClockwise = 6
  case quarterTurnCounterclockwise = 8
  /// Mirrored at the other diagonal.
  case transversed = 7

  /// - Parameters:
  ///   - flips: left and right are exchanged first.
  ///   - quarterTurns: counter-clockwise, from 0 to 3.
  package init(flips: Bool, quarterTurns: Int) {
    let turns: [Symmetry] = [.identity, .quarterTurnCounterclockwise, .halfTurn, .quarterTurnClockwise]
    let flippedTurns: [Symmetry] = [.flippedHorizontally, .transposed, .flippedVertically, .transversed]
    self = (flips ? flippedTurns : turns)[quarterTurns]
  }

  /// What undoes it.
  package var inverse: Symmetry {
    switch self {
    case .quarterTurnClockwise: .quarterTurnCounterclockwise
    case .quarterTurnCounterclockwise: .quarterTurnClockwise
    default: self
    }
  }

  /// The width of the result is the image's height.
  var swapsSides: Bool { rawValue >= 5 }
}

/// Which pixels of an image become those of another one, and in which order.
struct PixelGather {
  /// Of the result.
  let width, height: Int
  /// The first pixel, and the steps to the next one on the right and below; all are counted in pixels of the image.
  private let first, right, down: Int

  /// The rectangle whose top left pixel is (x, y).
  /// - Precondition: it lies inside the image.
  init(x: Int, y: Int, width: Int, height: Int, ofWidth fullWidth: Int, height fullHeight: Int) {
    precondition(
      x >= 0 && y >= 0 && x + width <= fullWidth && y + height <= fullHeight,
      "\(width) x \(height) at (\(x), \(y)) is not in an image of \(fullWidth) x \(fullHeight)")
    (self.width, self.height) = (width, height)
    (first, right, down) = (y * fullWidth + x, 1, fullWidth)
  }

  /// A whole image, turned and mirrored.
  init(_ symmetry: Symmetry, width: Int, height: Int) {
    (self.width, self.height) = symmetry.swapsSides ? (height, width) : (width, height)
    let lastRow = (height - 1) * width, lastColumn = width - 1
    (first, right, down) =
      switch symmetry {
      case .identity: (0, 1, width)
      case .flippedHorizontally: (lastColumn, -1, width)
      case .halfTurn: (lastRow + lastColumn, -1, -width)
      case .flippedVertically: (lastRow, 1, -width)
      case .transposed: (0, width, 1)
      case .quarterTurnClockwise: (lastRow, -width, 1)
      case .transversed: (lastRow + lastColumn, -width, -1)
      case .quarterTurnCounterclockwise: (lastColumn, width, -1)
      }
  }

  /// Writes the result, [height x width x channels], each value converted.
  @inline(__always)
  func write<Source, Target>(
    _ source: UnsafePointer<Source>, channels: Int, to target: UnsafeMutablePointer<Target>,
    _ convert: (Source) -> Target
  ) {
    guard width > 0, height > 0 else { return }
    var to = target
    for y in 0..<height {
      var from = source + (first + y * down) * channels
      if right == 1 {
        for i in 0..<width * channels { (to + i).initialize(to: convert(from[i])) }
        to += width * channels
        continue
      }
      for _ in 0..<width {
        for c in 0..<channels { (to + c).initialize(to: convert(from[c])) }
        to += channels
        from += right * channels
      }
    }
  }
}
