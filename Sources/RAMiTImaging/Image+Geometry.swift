extension Image {
  /// The rectangle whose top left pixel is (x, y).
  /// - Precondition: it lies inside the image.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    gathered(PixelGather(x: x, y: y, width: width, height: height, ofWidth: self.width, height: self.height))
  }

  /// From left to right.
  func cropped(toRows rows: Range<Int>) -> Image {
    rows == 0..<height ? self : cropped(x: 0, y: rows.lowerBound, width: width, height: rows.count)
  }

  /// Puts a rectangle of another image in the place of one of this image.
  /// - Parameters:
  ///   - part: of as many channels and bits.
  ///   - rows: of `part`.
  ///   - columns: of `part`.
  ///   - y: the row here of the first one.
  ///   - x: the column here of the first one.
  /// - Precondition: both rectangles lie inside their images.
  package mutating func replace(y: Int, x: Int, by part: Image, rows: Range<Int>, columns: Range<Int>) {
    precondition(part.channels == channels && part.bitDepth == bitDepth, "an image of the same kind")
    precondition(rows.lowerBound >= 0 && rows.upperBound <= part.height && y >= 0 && y + rows.count <= height)
    precondition(columns.lowerBound >= 0 && columns.upperBound <= part.width && x >= 0 && x + columns.count <= width)
    let (width, channels) = (width, channels)
    func copy<Sample>(_ source: [Sample], to target: inout [Sample]) {
      for row in rows {
        let from = (row * part.width + columns.lowerBound) * channels
        let to = ((y + row - rows.lowerBound) * width + x) * channels
        target.withUnsafeMutableBufferPointer { target in
          source.withUnsafeBufferPointer { source in
            (target.baseAddress! + to).update(from: source.baseAddress! + from, count: columns.count * channels)
          }
        }
      }
    }
    // The samples are taken out meanwhile: nobody else then holds the array, and it is changed where it is.
    switch (samples, part.samples) {
    case (.uint8(var values), .uint8(let others)):
      samples = .uint8([])
      copy(others, to: &values)
      samples = .uint8(values)
    case (.uint16(var values), .uint16(let others)):
      samples = .uint16([])
      copy(others, to: &values)
      samples = .uint16(values)
    default: break
    }
  }

  /// The part that both images have, from the top left: a restored image whose input was rounded up reaches beyond
  /// its target, one whose input was rounded down ends before.
  public func cropped(toFit other: Image) -> Image {
    let (width, height) = (min(width, other.width), min(height, other.height))
    return width == self.width && height == self.height ? self : cropped(x: 0, y: 0, width: width, height: height)
  }

  /// The image turned and mirrored.
  package func turned(_ symmetry: Symmetry) -> Image {
    symmetry == .identity ? self : gathered(PixelGather(symmetry, width: width, height: height))
  }

  private func gathered(_ gather: PixelGather) -> Image {
    let channels = channels, count = gather.width * gather.height * channels
    func gathered<Sample>(_ values: [Sample]) -> [Sample] {
      [Sample](unsafeUninitializedCapacity: count) { target, initialized in
        if count > 0 {
          values.withUnsafeBufferPointer {
            gather.write($0.baseAddress!, channels: channels, to: target.baseAddress!) { $0 }
          }
        }
        initialized = count
      }
    }
    let samples: Samples =
      switch samples {
      case .uint8(let values): .uint8(gathered(values))
      case .uint16(let values): .uint16(gathered(values))
      }
    return Image(width: gather.width, height: gather.height, channels: channels, samples: samples)
  }
}
