import RAMiTDiagnostics
import RAMiTImaging
import RAMiTParallel

/// The values by which a model normalises its inputs.
package struct ChannelStatistics: Codable, Equatable, Sendable {
  package private(set) var images = 0
  /// Of all pixels in [0, 1], per channel.
  package private(set) var mean: [Double] = []
  package private(set) var standardDeviation: [Double] = []
  /// The mean of the images' own standard deviations, per channel.
  package private(set) var meanOfDeviations: [Double] = []

  /// Sums over one image's pixels, as whole numbers: exact, so that the order cannot matter.
  private struct Sums {
    var count = 0
    var values: [Int]
    var squares: [Int]
    let maximum: Double
  }

  /// Reads the inputs of pairs, or their targets where noise makes the inputs (paper, Sec. B), on all threads.
  /// - Throws: `InputError` that names a file.
  package init(
    _ pairs: some ImagePairs, count: Int, progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws {
    var pixels = 0.0
    var (total, squares, deviations) = ([Double](), [Double](), [Double]())
    for start in stride(from: 0, to: count, by: 32) {
      let part = Array(start..<min(start + 32, count))
      let results = parallelMap(part) { index in
        Result {
          let pair = try pairs.pair(index)
          return Self.sums(pair.input ?? pair.target)
        }
      }
      for result in results {
        let sums = try result.get()
        if total.isEmpty {
          total = Array(repeating: 0, count: sums.values.count)
          (squares, deviations) = (total, total)
        }
        pixels += Double(sums.count)
        for channel in total.indices {
          let mean = Double(sums.values[channel]) / sums.maximum
          let square = Double(sums.squares[channel]) / (sums.maximum * sums.maximum)
          total[channel] += mean
          squares[channel] += square
          let average = mean / Double(sums.count)
          deviations[channel] += max(square / Double(sums.count) - average * average, 0).squareRoot()
        }
      }
      progress(start + part.count, count)
    }
    images = count
    mean = total.map { $0 / pixels }
    standardDeviation = zip(squares, mean).map { max($0 / pixels - $1 * $1, 0).squareRoot() }
    meanOfDeviations = deviations.map { $0 / Double(count) }
  }

  private static func sums(_ image: Image) -> Sums {
    func add(_ samples: [some FixedWidthInteger & UnsignedInteger], maximum: Double) -> Sums {
      let channels = image.channels
      var sums = Sums(
        count: image.width * image.height, values: Array(repeating: 0, count: channels),
        squares: Array(repeating: 0, count: channels), maximum: maximum)
      samples.withUnsafeBufferPointer { samples in
        for channel in 0..<channels {
          var (value, square) = (0, 0)
          for place in stride(from: channel, to: samples.count, by: channels) {
            let sample = Int(samples[place])
            value &+= sample
            square &+= sample &* sample
          }
          sums.values[channel] = value
          sums.squares[channel] = square
        }
      }
      return sums
    }
    return switch image.samples {
    case .uint8(let samples): add(samples, maximum: 255)
    case .uint16(let samples): add(samples, maximum: 65535)
    }
  }
}
