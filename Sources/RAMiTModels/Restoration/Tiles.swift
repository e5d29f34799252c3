import RAMiTImaging
import RAMiTTensorCore

/// Cuts an image into tiles that see beyond their edges, and puts what the model makes of them together again.
///
/// Tiles begin on the windows' grid, so that local attention sees what it would in the whole image. Attention over
/// channels does not: its maps cover all the pixels that the model gets, so tiles differ a little from the whole,
/// and from each other.
package struct Tiles {
  /// The image's sides.
  let height, width: Int
  /// A tile's side, and how far it sees beyond its edges.
  let side, overlap: Int

  /// - Parameters:
  ///   - height: the image's height.
  ///   - width: the image's width.
  ///   - side: rounded up to multiples of `sizeMultiple`.
  ///   - overlap: rounded up to multiples of `sizeMultiple`.
  package init(height: Int, width: Int, side: Int, overlap: Int, sizeMultiple: Int) {
    (self.height, self.width) = (height, width)
    self.side = max(sizeMultiple, side.roundedUp(toMultipleOf: sizeMultiple))
    self.overlap = max(0, overlap).roundedUp(toMultipleOf: sizeMultiple)
  }

  /// The sides of the largest tile, with what it sees beyond its edges.
  package var largest: (width: Int, height: Int) { (reach(width).max() ?? 0, reach(height).max() ?? 0) }

  /// The pixels that all tiles read, those beyond their edges included.
  package var pixels: Int { reach(width).reduce(0, +) * reach(height).reduce(0, +) }

  /// How much of a side each tile along it reads.
  private func reach(_ length: Int) -> [Int] {
    stride(from: 0, to: length, by: side).map { start in
      min(length, start + side + overlap) - max(0, start - overlap)
    }
  }

  /// A tile: the pixels that it gives, and those that it reads.
  package struct Place {
    package let rows, columns: Range<Int>
    package let readRows, readColumns: Range<Int>
  }

  /// All tiles, from the top left, row by row.
  package var places: [Place] {
    stride(from: 0, to: height, by: side).flatMap { top in
      stride(from: 0, to: width, by: side).map { left in
        let rows = top..<min(top + side, height), columns = left..<min(left + side, width)
        return Place(
          rows: rows, columns: columns,
          readRows: max(0, top - overlap)..<min(height, rows.upperBound + overlap),
          readColumns: max(0, left - overlap)..<min(width, columns.upperBound + overlap))
      }
    }
  }

  /// - Parameters:
  ///   - image: H x W x C.
  ///   - restoreTile: H x W x C to sH x sW x C.
  package func restore(_ image: Tensor, scale: Int, by restoreTile: (Tensor) -> Tensor) -> Tensor {
    let channels = image.shape[2]
    let result = Tensor(uninitialized: [height * scale, width * scale, channels])
    for place in places {
      let (y, x) = (place.readRows.lowerBound, place.readColumns.lowerBound)
      let restored = restoreTile(
        image.cropped(y: y, x: x, height: place.readRows.count, width: place.readColumns.count))
      let left = place.columns.lowerBound, length = place.columns.count * scale * channels
      for row in place.rows.lowerBound * scale..<place.rows.upperBound * scale {
        let from = (row - y * scale) * restored.shape[1] + (left - x) * scale
        let to = row * width * scale + left * scale
        (result.pointer + to * channels).update(from: restored.pointer + from * channels, count: length)
      }
    }
    return result
  }
}
