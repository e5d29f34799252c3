import Foundation
import RAMiTKernels
import RAMiTTensorCore

/// Gets every attention that operations compute, so that its maps can be looked at. The operations themselves keep no
/// maps; without an observer each of them pays for one look at a task-local value.
package final class AttentionObserver: @unchecked Sendable {
  // A scope belongs to one thread, as a tape's does.
  @TaskLocal private static var current: AttentionObserver?

  private let body: (ObservedAttention) -> Void

  private init(_ body: @escaping (ObservedAttention) -> Void) { self.body = body }

  /// Runs `computation` and calls `observe` with each attention that it computes on this thread: each group of heads
  /// with windows of one size, and each attention between channels.
  package static func run<Result>(
    _ observe: (ObservedAttention) -> Void, computation: () throws -> Result
  ) rethrows -> Result {
    try withoutActuallyEscaping(observe) { observe in
      try $current.withValue(AttentionObserver(observe), operation: computation)
    }
  }

  /// - Parameter attention: made only where somebody looks.
  static func tell(_ attention: () -> [ObservedAttention]) {
    guard let current else { return }
    for part in attention() { current.body(part) }
  }
}

/// Attention of some heads on a map, before it is computed. Its maps are computed when they are asked for.
package struct ObservedAttention {
  /// What attends to what.
  package enum Kind: Equatable, Sendable {
    /// The pixels of windows to each other.
    case spatial(windowHeight: Int, windowWidth: Int, shiftDown: Int, shiftRight: Int)
    /// The channels of a head to each other.
    case channel
  }

  package let kind: Kind
  package let heads: Int
  /// Channels of a head.
  package let headDim: Int
  /// The sides of the map.
  package let height, width: Int

  /// Some channels of a pixel of the first image.
  let features: (_ pixel: Int, _ channels: Range<Int>) -> [Double]
  /// The first channel of a head's queries and keys.
  let queries, keys: (_ head: Int) -> Int
  /// What products of queries and keys are multiplied with; whether both have length 1 before.
  let scale: (_ head: Int) -> Double
  let isCosine: Bool
  /// What is added: head, query, key.
  var bias: ((_ head: Int, _ query: Int, _ key: Int) -> Double)?
  var masksRegions = false

  /// T x T: a row for each query, which adds up to 1; pixels of the window in row-major order.
  /// - Parameters:
  ///   - row: the window's number from the top, in the shifted map.
  ///   - column: the window's number from the left, in the shifted map.
  /// - Precondition: the attention is spatial, and has the head and the window; its map is computed (no meta tensor).
  package func spatialMap(head: Int, row: Int, column: Int) -> [Float] {
    guard case .spatial(let windowHeight, let windowWidth, _, _) = kind else {
      preconditionFailure("attention between channels has no windows")
    }
    require(
      0..<heads ~= head && 0..<height / windowHeight ~= row && 0..<width / windowWidth ~= column,
      "no head \(head) and window (\(row), \(column)) in \(heads) heads and a map of \(height) x \(width)")
    let pixels = pixels(row: row, column: column)
    let q = pixels.map { normalized(features($0.pixel, span(queries(head)))) }
    let k = pixels.map { normalized(features($0.pixel, span(keys(head)))) }
    return pixels.indices.flatMap { query in
      softmax(
        pixels.indices.map { key in
          let isApart = masksRegions && pixels[query].region != pixels[key].region
          return scale(head) * dot(q[query], k[key]) + (bias?(head, query, key) ?? 0) - (isApart ? 100 : 0)
        })
    }
  }

  /// c x c: a row for each channel, which adds up to 1.
  /// - Precondition: the attention is between channels, and has the head; its map is computed (no meta tensor).
  package func channelMap(head: Int) -> [Float] {
    require(kind == .channel && 0..<heads ~= head, "no channel attention of a head \(head) among \(heads)")
    var q = [[Double]](repeating: [], count: headDim), k = q
    for pixel in 0..<height * width {
      let (queries, keys) = (features(pixel, span(queries(head))), features(pixel, span(keys(head))))
      for channel in 0..<headDim {
        q[channel].append(queries[channel])
        k[channel].append(keys[channel])
      }
    }
    (q, k) = (q.map(normalized), k.map(normalized))
    return q.flatMap { query in softmax(k.map { scale(head) * dot(query, $0) }) }
  }

  /// The window that holds a pixel of the map.
  package func window(y: Int, x: Int) -> (row: Int, column: Int) {
    guard case .spatial(let windowHeight, let windowWidth, let down, let right) = kind else { return (0, 0) }
    let (rolledY, rolledX) = (wrapped(y - down, height), wrapped(x - right, width))
    return (rolledY / windowHeight, rolledX / windowWidth)
  }

  /// The places (y, x) of a window's pixels on the map, in row-major order.
  package func places(row: Int, column: Int) -> [(y: Int, x: Int)] {
    pixels(row: row, column: column).map { ($0.pixel / width, $0.pixel % width) }
  }

  /// A window's pixels, and the regions that the cyclic shift has brought together.
  private func pixels(row: Int, column: Int) -> [(pixel: Int, region: Int)] {
    guard case .spatial(let windowHeight, let windowWidth, let down, let right) = kind else { return [] }
    func region(_ place: Int, _ size: Int, _ window: Int, _ shift: Int) -> Int {
      place < size - window ? 0 : place < size - shift ? 1 : 2
    }
    return (0..<windowHeight * windowWidth).map { token in
      let y = row * windowHeight + token / windowWidth, x = column * windowWidth + token % windowWidth
      return (
        wrapped(y + down, height) * width + wrapped(x + right, width),
        3 * region(y, height, windowHeight, down) + region(x, width, windowWidth, right)
      )
    }
  }

  private func span(_ first: Int) -> Range<Int> { first..<first + headDim }

  private func normalized(_ values: [Double]) -> [Double] {
    guard isCosine else { return values }
    let length = max(dot(values, values).squareRoot(), 1e-12)
    return values.map { $0 / length }
  }
}

private func wrapped(_ value: Int, _ size: Int) -> Int { (value % size + size) % size }

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

private func softmax(_ logits: [Double]) -> [Float] {
  let top = logits.max() ?? 0
  let powers = logits.map { exp($0 - top) }, sum = powers.reduce(0, +)
  return powers.map { Float($0 / sum) }
}

extension Tensor {
  /// Some channels of a pixel of the first image, N x H x W x C.
  func channels(_ pixel: Int, _ channels: Range<Int>) -> [Double] {
    channels.map { Double(pointer[pixel * shape.last + $0]) }
  }
}
