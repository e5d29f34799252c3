import Foundation

extension Twin {
  /// Heads that share a window's size, as `AttentionGroup`.
  package struct AttentionGroup: Sendable {
    package let heads, headDim, queries, keys, values, headStep: Int
    package let window, shift: (y: Int, x: Int)
    package let masksRegions: Bool

    package init(
      heads: Int, headDim: Int, queries: Int, keys: Int, values: Int, headStep: Int, window: (y: Int, x: Int),
      shift: (y: Int, x: Int), masksRegions: Bool
    ) {
      self.heads = heads
      self.headDim = headDim
      self.queries = queries
      self.keys = keys
      self.values = values
      self.headStep = headStep
      self.window = window
      self.shift = shift
      self.masksRegions = masksRegions
    }
  }

  /// softmax(factor q k^T + bias + mask) v within the windows of the rolled map, rolled back.
  /// - Parameters:
  ///   - factor: of a head, counted over all groups.
  ///   - bias: heads x T x T.
  ///   - kept: what dropout multiplies an entry with: by group, window, head, key, query.
  package static func windowAttention(
    _ features: DoubleTensor, values: DoubleTensor, groups: [AttentionGroup], bias: DoubleTensor?,
    factor: (_ head: Int) -> Double, isCosine: Bool, kept: (_ place: [Int]) -> Double = { _ in 1 }
  ) -> DoubleTensor {
    var results: [DoubleTensor] = []
    var firstHead = 0
    for (number, group) in groups.enumerated() {
      results.append(
        attention(
          features, values, group, bias: bias, factor: { factor(firstHead + $0) }, isCosine: isCosine,
          kept: { kept([number] + $0) }))
      firstHead += group.heads
    }
    return concatenate(results)
  }

  private static func attention(
    _ features: DoubleTensor, _ values: DoubleTensor, _ group: AttentionGroup, bias: DoubleTensor?,
    factor: (Int) -> Double, isCosine: Bool, kept: ([Int]) -> Double
  ) -> DoubleTensor {
    let (height, width) = (features.shape[1], features.shape[2]), window = group.window
    let tokens = window.y * window.x
    var result = features.zeros(channels: group.heads * group.headDim)
    /// Swin's numbers of regions, along one side of the rolled map.
    func region(_ place: Int, _ size: Int, _ window: Int, _ shift: Int) -> Int {
      shift == 0 || place < size - window ? 0 : place < size - shift ? 1 : 2
    }
    var number = 0
    for n in 0..<features.shape[0] {
      for top in stride(from: 0, to: height, by: window.y) {
        for left in stride(from: 0, to: width, by: window.x) {
          let places = (0..<tokens).map { (y: top + $0 / window.x, x: left + $0 % window.x) }
          let pixels = places.map {
            (y: modulo($0.y + group.shift.y, height), x: modulo($0.x + group.shift.x, width))
          }
          let regions = places.map {
            3 * region($0.y, height, window.y, group.shift.y) + region($0.x, width, window.x, group.shift.x)
          }
          for head in 0..<group.heads {
            func rows(_ map: DoubleTensor, _ first: Int) -> [[Double]] {
              pixels.map { pixel in
                (0..<group.headDim).map { map[n, pixel.y, pixel.x, first + head * group.headStep + $0] }
              }
            }
            var q = rows(features, group.queries), k = rows(features, group.keys)
            let v = rows(values, group.values)
            if isCosine { (q, k) = (q.map(unit), k.map(unit)) }
            for a in 0..<tokens {
              let logits = (0..<tokens).map { b in
                dot(q[a], k[b]) * factor(head) + (bias?.values[(head * tokens + a) * tokens + b] ?? 0)
                  + (group.masksRegions && regions[a] != regions[b] ? -100 : 0)
              }
              for (b, weight) in softmax(logits).enumerated() {
                let weight = weight * kept([number, head, b, a])
                for c in 0..<group.headDim {
                  result[n, pixels[a].y, pixels[a].x, head * group.headDim + c] += weight * v[b][c]
                }
              }
            }
          }
          number += 1
        }
      }
    }
    return result
  }

  private static func modulo(_ a: Int, _ b: Int) -> Int { (a % b + b) % b }

  /// Attention between the channels of each head, whose vectors are all pixels of an image.
  /// - Parameters:
  ///   - qkv: all queries, all keys, all values.
  ///   - scale: of the cosines or products, by head.
  ///   - isCosine: whether queries and keys have length 1.
  package static func channelAttention(
    _ qkv: DoubleTensor, heads: Int, scale: DoubleTensor, isCosine: Bool = true
  ) -> DoubleTensor {
    let channels = qkv.channels / 3, width = channels / heads, images = qkv.shape[0], pixels = qkv.pixels / images
    var result = qkv.zeros(channels: channels)
    for n in 0..<images {
      for head in 0..<heads {
        func vectors(_ kind: Int) -> [[Double]] {
          (0..<width).map { c in
            (0..<pixels).map {
              qkv.values[(n * pixels + $0) * qkv.channels + kind * channels + head * width + c]
            }
          }
        }
        let v = vectors(2)
        let (q, k) = isCosine ? (vectors(0).map(unit), vectors(1).map(unit)) : (vectors(0), vectors(1))
        for i in 0..<width {
          let weights = softmax((0..<width).map { dot(q[i], k[$0]) * scale.values[head] })
          for pixel in 0..<pixels {
            result.values[(n * pixels + pixel) * channels + head * width + i] =
              (0..<width).reduce(0) { $0 + weights[$1] * v[$1][pixel] }
          }
        }
      }
    }
    return result
  }
}
