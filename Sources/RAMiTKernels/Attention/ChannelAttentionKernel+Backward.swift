import RAMiTParallel

extension ChannelAttentionKernel {
  /// Writes dqkv [images x P x 3C], or adds to it, and adds to dScale [heads].
  /// - Parameters:
  ///   - statistics: as `forward` left them.
  ///   - dy: [images x P x C].
  ///   - memory: `memoryCount` floats.
  package func backward(
    _ qkv: UnsafePointer<Float>, scale: UnsafePointer<Float>, statistics: UnsafePointer<Float>,
    dy: UnsafePointer<Float>, dqkv: UnsafeMutablePointer<Float>, accumulate: Bool, dScale: UnsafeMutablePointer<Float>,
    memory: UnsafeMutablePointer<Float>
  ) {
    let count = headDim * headDim
    forEachPiece { image, piece, head in
      let sums = memory + ((image &* heads &+ head) &* piecesPerImage &+ piece) &* count
      sums.update(repeating: 0, count: count)
      forEachTile(image: image, piece: piece) { pixel, count in
        let dy = dy + (pixel &* channels &+ head &* headDim)
        let v = qkv + ((pixel &* 3 &+ 2) &* channels &+ head &* headDim)
        ChannelHead.addProducts(
          dy, stride: channels, v, stride: 3 &* channels, count: count, headDim: headDim, to: sums)
      }
    }
    parallelFor(images * heads) { index, _ in
      let (image, head) = (index / heads, index % heads)
      let dMap = addPieces(memory, image: image, head: head, count: count)
      let (map, others) = matrices(memory, image: image, head: head)
      let channelHead = ChannelHead(
        headDim: headDim, scale: scale[head], sums: statistics + index &* headSums, isCosine: isCosine)
      channelHead.fillMap(map)
      channelHead.fillGradients(
        ChannelHead.Gradients(others, headDim: headDim), map: map, dMap: dMap, dLogScale: nil)
    }
    for image in 0..<images {
      for head in 0..<heads {
        let (_, others) = matrices(memory, image: image, head: head)
        dScale[head] += ChannelHead.Gradients(others, headDim: headDim).dScale.pointee
      }
    }
    forEachPiece { image, piece, head in
      let (map, others) = matrices(memory, image: image, head: head)
      let gradients = ChannelHead.Gradients(others, headDim: headDim)
      forEachTile(image: image, piece: piece) { pixel, count in
        let place = pixel &* 3 &* channels &+ head &* headDim
        let q = qkv + place, target = dqkv + place
        let dy = Rows(pointer: dy + (pixel &* channels &+ head &* headDim), stride: channels, step: 1)
        gradients.apply(
          q, q + channels, dq: target, dk: target + channels, stride: 3 &* channels, count: count,
          accumulate: accumulate)
        gemm(
          rows: count, dy, PackedMatrix(inPlace: map, rows: headDim, columns: headDim, stride: headDim),
          target + 2 &* channels, cStride: 3 &* channels, accumulate: accumulate, epilogue: Identity())
      }
    }
  }
}
