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
