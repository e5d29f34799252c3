import RAMiTParallel

/// Self-attention between the channels of each head, over all pixels of an image (Zamir et al., "Restormer", CVPR 2022,
/// Eq. 1), on maps of P pixels:
///
///     A = softmax(scale * cos(q_i, k_j));  y_i = sum over j of A(i, j) v_j
///
/// where q_i, k_j and v_j are channels, vectors of P numbers; or with dot products, softmax(scale * q_i k_j). The sums
/// over pixels are taken in pieces of a fixed size and added in order.
package struct ChannelAttentionKernel {
  let images: Int
  /// P, of one image.
  let pixels: Int
  let heads: Int
  /// c.
  let headDim: Int
  /// Whether queries and keys have length 1.
  let isCosine: Bool

  /// Pixels that go through the products at once: 32 channels of theirs stay in the first cache.
  static let tile = 128

  package init(images: Int, pixels: Int, heads: Int, headDim: Int, isCosine: Bool = true) {
    self.images = images
    self.pixels = pixels
    self.heads = heads
    self.headDim = headDim
    self.isCosine = isCosine
  }

  /// C.
  var channels: Int { heads * headDim }
  private var tiles: Int { (pixels + Self.tile - 1) / Self.tile }
  private var tilesPerPiece: Int { (tiles + 31) / 32 }
  /// At most 32, whose sums cost little.
  var piecesPerImage: Int { max(1, (tiles + tilesPerPiece - 1) / max(1, tilesPerPiece)) }

  /// Floats of a head's sums over pixels.
  var headSums: Int { ChannelHead.sumsCount(headDim: headDim) }
  /// Floats of a head's matrices: A, and its transpose packed or the gradients of q and k.
  private var matricesCount: Int {
    let packed = PackedMatrix.count(rows: headDim, columns: headDim)
    return headDim * headDim + max(packed, ChannelHead.Gradients.count(headDim: headDim))
  }
  /// Floats that the forward pass saves for the backward pass: the heads' sums of each image.
  package var statisticsCount: Int { images * heads * headSums }
  /// Floats of memory that either pass needs.
  package var memoryCount: Int {
    images * heads * (piecesPerImage * headSums + matricesCount) + vectorWidth
  }

  /// Calls `body(image, tile)` for the tiles of a piece: their first pixel and how many there are.
  @inline(__always)
  func forEachTile(image: Int, piece: Int, _ body: (_ pixel: Int, _ count: Int) -> Void) {
    let first = piece &* tilesPerPiece &* Self.tile
    var start = first
    while start < min(pixels, first &+ tilesPerPiece &* Self.tile) {
      body(image &* pixels &+ start, min(Self.tile, pixels &- start))
      start &+= Self.tile
    }
  }

  /// Calls `body(image, piece, head)` in parallel.
  func forEachPiece(_ body: (_ image: Int, _ piece: Int, _ head: Int) -> Void) {
    parallelFor(images * piecesPerImage * heads) { index, _ in
      let piece = index / heads
      body(piece / piecesPerImage, piece % piecesPerImage, index % heads)
    }
  }

  /// Adds the sums of an image's pieces in order, for each head, into the first one's place.
  /// - Parameter sums: [images x heads x pieces x count].
  func addPieces(_ sums: UnsafeMutablePointer<Float>, image: Int, head: Int, count: Int) -> UnsafePointer<Float> {
    let total = sums + (image &* heads &+ head) &* piecesPerImage &* count
    for piece in 1..<max(1, piecesPerImage) {
      let addend = total + piece &* count
      for i in 0..<count { total[i] += addend[i] }
    }
    return UnsafePointer(total)
  }

  /// The place of a head's A and of its other matrices, behind the sums of the pieces.
  func matrices(
    _ memory: UnsafeMutablePointer<Float>, image: Int, head: Int
  ) -> (map: UnsafeMutablePointer<Float>, others: UnsafeMutablePointer<Float>) {
    let start = images &* heads &* piecesPerImage &* headSums
    let map = memory + (start &+ (image &* heads &+ head) &* matricesCount)
    return (map, map + headDim &* headDim)
  }

  /// Writes y [images x P x C].
  /// - Parameters:
  ///   - qkv: [images x P x 3C]: all heads' queries, all keys, all values.
  ///   - scale: [heads].
  ///   - statistics: `statisticsCount` floats, overwritten, for `backward`.
  ///   - memory: `memoryCount` floats.
  package func forward(
    _ qkv: UnsafePointer<Float>, scale: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    statistics: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>
  ) {
    forEachPiece { image, piece, head in
      let sums = memory + ((image &* heads &+ head) &* piecesPerImage &+ piece) &* headSums
      sums.update(repeating: 0, count: headSums)
      forEachTile(image: image, piece: piece) { pixel, count in
        let q = qkv + (pixel &* 3 &* channels &+ head &* headDim), k = q + channels
        ChannelHead.addSums(q, k, stride: 3 &* channels, count: count, headDim: headDim, to: sums)
      }
    }
    parallelFor(images * heads) { index, _ in
      let (image, head) = (index / heads, index % heads)
      let saved = statistics + index &* headSums
      saved.update(from: addPieces(memory, image: image, head: head, count: headSums), count: headSums)
      let (map, packed) = matrices(memory, image: image, head: head)
      ChannelHead(headDim: headDim, scale: scale[head], sums: saved, isCosine: isCosine).fillMap(map)
      PackedMatrix.packTransposed(map, stride: headDim, rows: headDim, columns: headDim, into: packed)
    }
    forEachPiece { image, piece, head in
      let transposed = PackedMatrix(
        matrices(memory, image: image, head: head).others, rows: headDim, columns: headDim)
      forEachTile(image: image, piece: piece) { pixel, count in
        let v = qkv + ((pixel &* 3 &+ 2) &* channels &+ head &* headDim)
        gemm(
          rows: count, Rows(pointer: v, stride: 3 &* channels, step: 1), transposed,
          y + (pixel &* channels &+ head &* headDim), cStride: channels, epilogue: Identity())
      }
    }
  }
}
