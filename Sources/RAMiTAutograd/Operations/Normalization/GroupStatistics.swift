import RAMiTKernels
import RAMiTTensorCore

/// The mean and variance of groups of channels of each sample, with the values of a group at each of its channels: S x
/// C values.
struct GroupStatistics {
  let pixels: ChannelPixels
  private let pixelCount: Int
  private let channels: Int
  /// Channels of a group.
  private let width: Int
  private let epsilon: Double
  private(set) var mean: [Double]
  /// The variance about the mean, over all values of a group.
  private(set) var variance: [Double]
  /// 1 / sqrt(variance + epsilon).
  private(set) var scale: [Double]

  /// Statistics that are not measured yet.
  init(samples: Int, pixels: Int, channels: Int, groups: Int, epsilon: Float) {
    self.pixels = ChannelPixels(samples: samples, pixels: pixels, channels: channels)
    pixelCount = pixels
    self.channels = channels
    width = channels / max(1, groups)
    self.epsilon = Double(epsilon)
    mean = Array(repeating: 0, count: samples * channels)
    variance = mean
    scale = mean
  }

  mutating func find(_ x: UnsafePointer<Float>) {
    (mean, variance) = pixels.statistics(x)
    if width > 1 {
      let (channelMean, channelVariance) = (mean, variance)
      mean = groupMeans(channelMean)
      // The variance in a group is that in its channels and that between them.
      let deviations = zip(channelMean, mean).map { ($0 - $1) * ($0 - $1) }
      variance = groupMeans(zip(channelVariance, deviations).map { $0 + $1 })
    }
    scale = variance.map { 1 / ($0 + epsilon).squareRoot() }
  }

  /// Each value replaced by the mean over its group.
  private func groupMeans(_ values: [Double]) -> [Double] {
    if width == 1 { return values }
    var means = values
    for first in stride(from: 0, to: values.count, by: width) {
      let mean = values[first..<first + width].reduce(0, +) / Double(width)
      for place in first..<first + width { means[place] = mean }
    }
    return means
  }

  /// A number for each sample and channel, of the scale and the channel's parameter.
  func perSample(_ parameters: [Float], _ number: (_ scale: Double, _ parameter: Float) -> Float) -> [Float] {
    scale.enumerated().map { number($1, parameters[$0 % channels]) }
  }

  /// The sums over the samples: C values.
  func channelSums(_ values: [Double]) -> Tensor {
    var sums = [Double](repeating: 0, count: channels)
    for (place, value) in values.enumerated() { sums[place % channels] += value }
    return Tensor(sums.map { Float($0) }, [channels])
  }

  /// With n = (x - mean) * scale and g = dy * weight: dx = scale * (g - mean(g) - n mean(g n)), the means over a group.
  /// So dx is dy * scale * weight + (x - mean) * slope + shift.
  /// - Parameters:
  ///   - weights: C.
  ///   - sums: of dy and of dy (x - mean) over the pixels, for each sample and channel.
  func backward(weights: [Float], sums: (dy: [Double], product: [Double])) -> (slope: [Float], shift: [Float]) {
    func means(_ sums: [Double]) -> [Double] {
      groupMeans(sums.enumerated().map { $1 * Double(weights[$0 % channels]) / Double(max(1, pixelCount)) })
    }
    let meanG = means(sums.dy), meanProduct = means(sums.product)
    let slope = scale.indices.map { -Float(scale[$0] * scale[$0] * scale[$0] * meanProduct[$0]) }
    let shift = scale.indices.map { -Float(scale[$0] * meanG[$0]) }
    return (slope, shift)
  }
}
