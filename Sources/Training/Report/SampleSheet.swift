import Imaging
import TensorCore

/// Images side by side, with a white line between them, for eyes to compare.
enum SampleSheet {
  private static let gap = 4

  /// - Parameters:
  ///   - input: H x W x C; shown as large as the target, each pixel a square.
  ///   - baseline: nil where it would only show the input again.
  static func image(input: Tensor, baseline: Image?, restored: Image, target: Image, scale: Int) -> Image {
    var panels = [enlarged(input, by: scale, width: target.width, height: target.height)]
    if let baseline { panels.append(baseline.tensor()) }
    panels += [restored.tensor(), target.tensor()]
    let (height, channels) = (target.height, input.shape[2])
    let width = panels.reduce(0) { $0 + $1.shape[1] } + gap * (panels.count - 1)
    let sheet = Tensor(repeating: 1, [height, width, channels])
    var left = 0
    for panel in panels {
      let row = panel.shape[1] * channels
      for y in 0..<height {
        (sheet.pointer + (y * width + left) * channels).update(from: panel.pointer + y * row, count: row)
      }
      left += panel.shape[1] + gap
    }
    return Image(sheet)
  }

  private static func enlarged(_ input: Tensor, by scale: Int, width: Int, height: Int) -> Tensor {
    let channels = input.shape[2]
    let result = Tensor(uninitialized: [height, width, channels])
    for y in 0..<height {
      for x in 0..<width {
        let pixel = input.pointer + (y / scale * input.shape[1] + x / scale) * channels
        (result.pointer + (y * width + x) * channels).update(from: pixel, count: channels)
      }
    }
    return result
  }
}
