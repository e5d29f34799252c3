import Foundation

extension Twin {
  /// The parameters of the spatial heads.
  package struct SpatialHeads {
    /// S, (2 M - 1)^2 x S.
    package let logitScale, biasTable: DoubleTensor
    package let projection: Pointwise

    package init(logitScale: DoubleTensor, biasTable: DoubleTensor, projection: Pointwise) {
      self.logitScale = logitScale
      self.biasTable = biasTable
      self.projection = projection
    }
  }

  /// The parameters of the channel heads.
  package struct ChannelHeads {
    /// K.
    package let logitScale: DoubleTensor
    package let projection: Pointwise

    package init(logitScale: DoubleTensor, projection: Pointwise) {
      self.logitScale = logitScale
      self.projection = projection
    }
  }

  /// Spatial and channel self-attention in parallel (Sec. 3.2, Eq. 2 and 3), each with its projection, side by side. Of
  /// the L heads, C / L channels wide, the spatial ones come first; a head's q, k and v lie one after the other.
  package static func reciprocalAttention(
    _ x: DoubleTensor, previous: DoubleTensor?, qkv: Pointwise, spatial: SpatialHeads?, channel: ChannelHeads?,
    window: Int, shift: Int
  ) -> DoubleTensor {
    let spatialCount = spatial?.logitScale.values.count ?? 0, channelCount = channel?.logitScale.values.count ?? 0
    let width = x.channels / (spatialCount + channelCount), spatialWidth = spatialCount * width
    let features = qkv(x)
    var parts: [DoubleTensor] = []
    if let spatial {
      // The previous channel attention, averaged over its heads, scales the values.
      let helper = previous.map { previous in
        averaged(previous, channels: width) { c in
          (0..<channelCount).map { spatialWidth + $0 * width + c }
        }
      }
      let attended = windowAttention(
        features, helper: helper, logitScale: spatial.logitScale, biasTable: spatial.biasTable, width: width,
        window: window, shift: shift)
      parts.append(spatial.projection(attended))
    }
    if let channel {
      // The previous spatial attention, averaged over its channels, scales the values.
      let helper = previous.map { previous in averaged(previous, channels: 1) { _ in Array(0..<spatialWidth) } }
      let attended = channelAttention(
        features, firstHead: spatialCount, helper: helper, logitScale: channel.logitScale, width: width)
      parts.append(channel.projection(attended))
    }
    return concatenate(parts)
  }

  /// The mean of some channels of each pixel, for each of `channels` results.
  private static func averaged(_ x: DoubleTensor, channels: Int, of sources: (Int) -> [Int]) -> DoubleTensor {
    var y = x.zeros(channels: channels)
    for c in 0..<channels {
      let places = sources(c)
      for pixel in 0..<x.pixels {
        let total = places.reduce(0) { $0 + x.values[pixel * x.channels + $1] }
        y.values[pixel * channels + c] = total / Double(places.count)
      }
    }
    return y
  }

  /// exp(logit scale), whose exponent is held below log 100.
  private static func factor(_ logitScale: Double) -> Double { exp(min(logitScale, log(100))) }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var total = 0.0
    for i in a.indices { total += a[i] * b[i] }
    return total
  }

  static func unit(_ v: [Double]) -> [Double] {
    let length = max(dot(v, v).squareRoot(), 1e-12)
    return v.map { $0 / length }
  }

  /// softmax(cos(q, k) factor + bias) v over the tokens of each window; the map is rolled by -shift before and back
  /// after.
  private static func windowAttention(
    _ qkv: DoubleTensor, helper: DoubleTensor?, logitScale: DoubleTensor, biasTable: DoubleTensor, width: Int,
    window: Int, shift: Int
  ) -> DoubleTensor {
    let (images, height, columns) = (qkv.shape[0], qkv.shape[1], qkv.shape[2])
    let heads = logitScale.values.count, side = 2 * window - 1
    var result = qkv.zeros(channels: heads * width)
    for n in 0..<images {
      for top in stride(from: 0, to: height, by: window) {
        for left in stride(from: 0, to: columns, by: window) {
          let tokens = (0..<window * window).map { token in
            (y: (top + token / window + shift) % height, x: (left + token % window + shift) % columns)
          }
          for head in 0..<heads {
            /// The window's q (0), k (1) or v (2).
            func rows(_ kind: Int) -> [[Double]] {
              tokens.map { token in
                (0..<width).map { c in qkv[n, token.y, token.x, (3 * head + kind) * width + c] }
              }
            }
            let q = rows(0).map(unit), k = rows(1).map(unit)
            var v = rows(2)
            if let helper {
              for (t, token) in tokens.enumerated() {
                for c in 0..<width { v[t][c] *= helper[n, token.y, token.x, c] }
              }
            }
            for a in tokens.indices {
              let logits = tokens.indices.map { b in
                let dy = a / window - b / window + window - 1, dx = a % window - b % window + window - 1
                return dot(q[a], k[b]) * factor(logitScale.values[head])
                  + biasTable.values[(dy * side + dx) * heads + head]
              }
              for (b, weight) in softmax(logits).enumerated() {
                for c in 0..<width { result[n, tokens[a].y, tokens[a].x, head * width + c] += weight * v[b][c] }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// softmax(cos(q, k) factor) v over the channels of each head, whose vectors are all pixels of an image.
  private static func channelAttention(
    _ qkv: DoubleTensor, firstHead: Int, helper: DoubleTensor?, logitScale: DoubleTensor, width: Int
  ) -> DoubleTensor {
    let pixels = qkv.shape[1] * qkv.shape[2], heads = logitScale.values.count
    var result = qkv.zeros(channels: heads * width)
    for n in 0..<qkv.shape[0] {
      for head in 0..<heads {
        func rows(_ kind: Int) -> [[Double]] {
          (0..<width).map { c in
            (0..<pixels).map { pixel in
              qkv.values[(n * pixels + pixel) * qkv.channels + (3 * (firstHead + head) + kind) * width + c]
            }
          }
        }
        let q = rows(0).map(unit), k = rows(1).map(unit)
        var v = rows(2)
        if let helper {
          for c in 0..<width {
            for pixel in 0..<pixels { v[c][pixel] *= helper.values[n * pixels + pixel] }
          }
        }
        for i in 0..<width {
          let weights = softmax((0..<width).map { dot(q[i], k[$0]) * factor(logitScale.values[head]) })
          for pixel in 0..<pixels {
            var total = 0.0
            for j in 0..<width { total += weights[j] * v[j][pixel] }
            result.values[(n * pixels + pixel) * heads * width + head * width + i] = total
          }
        }
      }
    }
    return result
  }
}
