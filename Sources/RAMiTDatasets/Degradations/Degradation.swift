import Foundation
import RAMiTImaging
import RAMiTTensorCore

/// One way in which a photo loses quality. Each use draws its strength from the range, uniformly.
public enum Degradation: Equatable, Sendable {
  /// A Gaussian blur; the standard deviation is in pixels of the image at that point.
  case blur(sigma: ClosedRange<Double>)
  /// MATLAB-compatible bicubic downscaling by the scale of the task.
  case downscale
  /// Gaussian noise of a standard deviation of 255, clipped to the levels of a file.
  /// - Parameter gray: how often it is the same in all channels, 0 to 1.
  case noise(sigma: ClosedRange<Double>, gray: Double)
  /// JPEG compression; the quality is libjpeg's, 1 to 100. Below 90 the chroma has half the resolution.
  case jpeg(quality: ClosedRange<Int>)
  /// Streaks of rain (RGB).
  case rain
  /// A short exposure: dark, with the sensor's noise (RGB).
  case lowLight
}

extension Degradation {
  /// The image after it.
  /// - Parameters:
  ///   - scale: of `downscale`.
  ///   - stream: random numbers by their purpose; equal numbers give the same pixels.
  /// - Throws: `InputError` when there is no memory for a JPEG.
  func applied(to image: Image, scale: Int, stream: (UInt64) -> RandomNumbers) throws -> Image {
    var choice = stream(0)
    switch self {
    case .blur(let sigma):
      return Image(image.tensor().blurred(sigma: choice.uniform(in: sigma)), bitDepth: 16)
    case .downscale:
      return bicubicDownscale(image, by: scale)
    case .noise(let range, let gray):
      let sigma = choice.uniform(in: range)
      let isGray = Double(choice.uniform()) < gray
      let clean = image.tensor()
      guard isGray else { return Image(clean.addingNoise(sigma: sigma, stream(1)), bitDepth: 16) }
      let pixels = Tensor([image.height, image.width, 1]) { $0.update(repeating: 0, count: image.width * image.height) }
      return Image(clean.adding(pixels.addingNoise(sigma: sigma, stream(1))), bitDepth: 16)
    case .jpeg(let range):
      let quality = range.lowerBound + choice.below(range.count)
      var notes: [String] = []
      let file = try ImageFile.encode(image, like: "a training image.jpg", quality: quality, notes: &notes)
      return try ImageFile.decode(file, from: "a training image.jpg")
    case .rain:
      return Rain(random: &choice).applied(to: image.with8Bits, streaks: stream(1))
    case .lowLight:
      return LowLight(random: &choice).applied(to: image.with8Bits, noise: stream(1))
    }
  }
}

extension RandomNumbers {
  /// Uniform in a range, with 24 random bits.
  mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(uniform())
  }
}

extension Tensor {
  /// An image after a Gaussian blur, whose edge pixels are repeated beyond its edges.
  /// - Parameter sigma: the standard deviation in pixels; below 0.05 a neighbour weighs nothing beside a pixel's float.
  fileprivate func blurred(sigma: Double) -> Tensor {
    guard sigma >= 0.05 else { return self }
    let reach = Int((3 * sigma).rounded(.up))
    let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let total = weights.reduce(0, +)
    let kernel = weights.map { Float($0 / total) }
    let (height, width, channels) = (shape[0], shape[1], shape[2])
    let line = width * channels
    /// The sum along one direction: `count` places a `step` apart, from the first one on.
    func mix(_ source: UnsafePointer<Float>, _ place: Int, of count: Int, step: Int) -> Float {
      var sum: Float = 0
      for tap in 0..<kernel.count {
        sum += kernel[tap] * source[(min(max(place + tap - reach, 0), count - 1) - place) * step]
      }
      return sum
    }
    let rows = Tensor(shape) { result in
      for y in 0..<height {
        for i in 0..<line { result[y * line + i] = mix(pointer + y * line + i, y, of: height, step: line) }
      }
    }
    return Tensor(shape) { result in
      for y in 0..<height {
        for x in 0..<width {
          for c in 0..<channels {
            let place = y * line + x * channels + c
            result[place] = mix(rows.pointer + place, x, of: width, step: channels)
          }
        }
      }
    }
  }

  /// An image with the one channel of another added to all of its channels.
  fileprivate func adding(_ other: Tensor) -> Tensor {
    let channels = shape[2]
    return Tensor(shape) { result in
      for i in 0..<count { result[i] = pointer[i] + other.pointer[i / channels] }
    }
  }
}
