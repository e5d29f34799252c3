/// The channel heads of a D-RAMiT block with the projection behind them (Eq. 3), for one image: what lies between the
/// sums over its pixels and what is applied to each of them.
///
/// Attention and projection together are one matrix, F = projection * A, applied to every pixel's values.
struct ProjectedChannelHeads {
  /// c and K.
  let headDim: Int
  let heads: Int
  let scale: UnsafePointer<Float>
  /// [K c x K c].
  let projection: UnsafePointer<Float>
  /// What drops entries of A; nil drops none.
  let dropout: DropoutMask?

  private var width: Int { headDim * heads }
  /// Entries of a head's A.
  private var mapCount: Int { headDim * headDim }

  private func head(_ index: Int, _ sums: UnsafePointer<Float>) -> ChannelHead {
    ChannelHead(
      headDim: headDim, scale: scale[index], sums: sums + index * ChannelHead.sumsCount(headDim: headDim))
  }

  /// The attention maps A [K x c x c] of an image, from the sums of its heads.
  func fillMaps(_ maps: UnsafeMutablePointer<Float>, _ sums: UnsafePointer<Float>) {
    for index in 0..<heads { head(index, sums).fillMap(maps + index * mapCount) }
  }

  /// Drops entries of an image's maps, in place.
  func drop(_ maps: UnsafeMutablePointer<Float>, image: Int) {
    dropout?.apply(maps, maps, count: heads * mapCount, place: image * heads * mapCount)
  }

  /// F [K c x K c] = projection * A, after dropout.
  func fuse(_ maps: UnsafePointer<Float>, into fused: UnsafeMutablePointer<Float>) {
    for o in 0..<width {
      for head in 0..<heads {
        for j in 0..<headDim {
          var total: Float = 0
          for i in 0..<headDim {
            total += projection[o * width + head * headDim + i] * maps[(head * headDim + i) * headDim + j]
          }
          fused[o * width + head * headDim + j] = total
        }
      }
    }
  }

  /// Fills the gradients of the heads from dF [K c x K c] of an image, and A before and after dropout; adds to the
  /// gradients of the projection [K c x K c] and of the scales' logarithms [K].
  func backward(
    _ sums: UnsafePointer<Float>, image: Int, maps: UnsafePointer<Float>, dropped: UnsafePointer<Float>,
    dF: UnsafePointer<Float>, gradients: [ChannelHead.Gradients], dProjection: UnsafeMutablePointer<Float>,
    dLogScale: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: mapCount + vectorWidth) { memory in
      let dMap = memory.baseAddress!
      for index in 0..<heads {
        let start = index * mapCount, first = index * headDim
        for o in 0..<width {
          for i in 0..<headDim {
            var total: Float = 0
            for j in 0..<headDim { total += dF[o * width + first + j] * dropped[start + i * headDim + j] }
            dProjection[o * width + first + i] += total
          }
        }
        for i in 0..<headDim {
          for j in 0..<headDim {
            var total: Float = 0
            for o in 0..<width { total += projection[o * width + first + i] * dF[o * width + first + j] }
            dMap[i * headDim + j] = total
          }
        }
        dropout?.apply(dMap, dMap, count: mapCount, place: (image * heads + index) * mapCount)
        head(index, sums)
          .fillGradients(gradients[index], map: maps + start, dMap: dMap, dLogScale: dLogScale + index)
      }
    }
  }
}
