import RAMiTTensorCore

/// One of the eight ways to turn and mirror an image: mirrored, and then rows and columns exchanged.
struct Symmetry {
  private let mirrorsRows, mirrorsColumns, transposes: Bool

  static let all = [false, true].flatMap { transposes in
    [(false, false), (true, false), (false, true), (true, true)].map {
      Symmetry(mirrorsRows: $0.0, mirrorsColumns: $0.1, transposes: transposes)
    }
  }

  /// - Parameter image: H x W x C.
  func applied(to image: Tensor) -> Tensor {
    let mirrored = mirrored(image)
    return transposes ? transposed(mirrored) : mirrored
  }

  /// The way back.
  func undone(on image: Tensor) -> Tensor { mirrored(transposes ? transposed(image) : image) }

  private func mirrored(_ image: Tensor) -> Tensor {
    let (height, width) = (image.shape[0], image.shape[1])
    return gathered(image, height: height, width: width) { y, x in
      (mirrorsRows ? height - 1 - y : y, mirrorsColumns ? width - 1 - x : x)
    }
  }

  private func transposed(_ image: Tensor) -> Tensor {
    gathered(image, height: image.shape[1], width: image.shape[0]) { y, x in (x, y) }
  }

  /// The image whose pixel (y, x) is the image's pixel `source(y, x)`.
  private func gathered(
    _ image: Tensor, height: Int, width: Int, _ source: (_ y: Int, _ x: Int) -> (y: Int, x: Int)
  ) -> Tensor {
    let channels = image.shape[2]
    let result = Tensor(uninitialized: [height, width, channels])
    for y in 0..<height {
      for x in 0..<width {
        let from = source(y, x)
        let pixel = image.pointer + (from.y * image.shape[1] + from.x) * channels
        (result.pointer + (y * width + x) * channels).update(from: pixel, count: channels)
      }
    }
    return result
  }
}
