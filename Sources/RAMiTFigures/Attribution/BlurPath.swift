import Foundation
import RAMiTTensorCore

/// The progressive blur of local attribution maps (Gu and Dong, 2021, Sec. 3.3): from the image, blurred with a
/// Gaussian of a standard deviation, to the image itself,
///
///     path(t) = Gaussian((1 - t) sigma) * image
///
/// The kernel is sampled at whole pixels out to four sigma and adds up to 1; the image is mirrored with its edge pixel.
struct BlurPath {
  /// H x W x C.
  let image: Tensor
  /// The standard deviation at the beginning, in pixels.
  let sigma: Double

  private var radius: Int { max(1, Int((4 * sigma).rounded(.up))) }

  /// The image at a place of the path, from 0 to 1.
  func image(at t: Double) -> Tensor {
    let kernel = kernel(sigma: (1 - t) * sigma).values
    return filtered(filtered(image, kernel, axis: 0), kernel, axis: 1)
  }

  /// How the image changes along the path, per unit of t.
  func derivative(at t: Double) -> Tensor {
    let (kernel, change) = kernel(sigma: (1 - t) * sigma)
    let rows = filtered(filtered(image, change, axis: 0), kernel, axis: 1)
    let columns = filtered(filtered(image, kernel, axis: 0), change, axis: 1)
    return Tensor(image.shape) { result in
      for i in 0..<image.count { result[i] = -Float(sigma) * (rows.pointer[i] + columns.pointer[i]) }
    }
  }

  /// The kernel, and its derivative by the standard deviation.
  private func kernel(sigma: Double) -> (values: [Double], change: [Double]) {
    let places = (-radius...radius).map(Double.init)
    // Narrower kernels are the middle pixel alone, to the last digit.
    guard sigma > 0.02 else { return (places.map { $0 == 0 ? 1 : 0 }, places.map { _ in 0 }) }
    let weights = places.map { exp(-$0 * $0 / (2 * sigma * sigma)) }
    let slopes = zip(places, weights).map { $0 * $0 * $1 / (sigma * sigma * sigma) }
    let sum = weights.reduce(0, +), slope = slopes.reduce(0, +)
    return (weights.map { $0 / sum }, zip(weights, slopes).map { ($1 - $0 * slope / sum) / sum })
  }

  private func filtered(_ image: Tensor, _ kernel: [Double], axis: Int) -> Tensor {
    let (height, width, channels) = (image.shape[0], image.shape[1], image.shape[2])
    let size = axis == 0 ? height : width, step = axis == 0 ? width * channels : channels
    return Tensor(image.shape) { result in
      for y in 0..<height {
        for x in 0..<width {
          let place = axis == 0 ? y : x
          for c in 0..<channels {
            let start = (y * width + x) * channels + c
            var sum = 0.0
            for (tap, weight) in kernel.enumerated() {
              let other = mirrored(place + tap - radius, size)
              sum += weight * Double(image.pointer[start + (other - place) * step])
            }
            result[start] = Float(sum)
          }
        }
      }
    }
  }
}

/// A place beyond the edges, mirrored into 0..<size with the edge pixel.
private func mirrored(_ place: Int, _ size: Int) -> Int {
  let wrapped = (place % (2 * size) + 2 * size) % (2 * size)
  return wrapped < size ? wrapped : 2 * size - 1 - wrapped
}
