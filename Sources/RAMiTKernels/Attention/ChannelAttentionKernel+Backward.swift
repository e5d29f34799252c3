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
        addProducts(dy, stride: channels, v, stride: 3 &* channels, count: count, to: sums)
      }
    }
    parallelFor(images * heads) { index, _ in
      let (image, head) = (index / heads, index % heads)
      let dMap = addPieces(memory, image: image, head: head, count: count)
      let matrices = self.head(memory, image: image, head: head, scale: scale)
      matrices.fillMap(statistics + index &* headSums)
      matrices.fillGradients(statistics + index &* headSums, dMap: dMap)
    }
    for image in 0..<images {
      for head in 0..<heads { dScale[head] += self.head(memory, image: image, head: head, scale: scale).dScale.pointee }
    }
    forEachPiece { image, piece, head in
      let matrices = self.head(memory, image: image, head: head, scale: scale)
      forEachTile(image: image, piece: piece) { pixel, count in
        let place = pixel &* 3 &* channels &+ head &* headDim
        let q = qkv + place, k = q + channels, target = dqkv + place
        let dy = Rows(pointer: dy + (pixel &* channels &+ head &* headDim), stride: channels, step: 1)
        multiply(q, k, matrices.toQ, diagonal: matrices.alpha, into: target, count: count, accumulate: accumulate)
        multiply(
          k, q, matrices.toK, diagonal: matrices.beta, into: target + channels, count: count, accumulate: accumulate)
        gemm(
          rows: count, dy, PackedMatrix(inPlace: matrices.map, rows: headDim, columns: headDim, stride: stride),
          target + 2 &* channels, cStride: 3 &* channels, accumulate: accumulate, epilogue: Identity())
      }
    }
  }

  /// target = other matrix + own * diagonal, for `count` pixels.
  @inline(__always)
  private func multiply(
    _ own: UnsafePointer<Float>, _ other: UnsafePointer<Float>, _ matrix: UnsafePointer<Float>,
    diagonal: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, count: Int, accumulate: Bool
  ) {
    gemm(
      rows: count, Rows(pointer: other, stride: 3 &* channels, step: 1),
      PackedMatrix(inPlace: matrix, rows: headDim, columns: headDim, stride: stride), target, cStride: 3 &* channels,
      accumulate: accumulate, epilogue: AddScaledRows(rows: own, stride: 3 &* channels, diagonal: diagonal))
  }
}

/// Adds a matrix [m x n] whose columns are scaled.
private struct AddScaledRows: Epilogue {
  let rows: UnsafePointer<Float>
  let stride: Int
  /// [n], padded to whole vectors.
  let diagonal: UnsafePointer<Float>
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    multiplyAdd(load(rows + (row &* stride &+ column)), load(diagonal + column), value)
  }
}
