import RAMiTParallel

/// What follows the attentions in a D-RAMiT block (Fig. 2b), in one go: MobiVari of the heads, and the feed-forward
/// layer whose branch that is. The mixed attention is never in memory.
///
/// Strips of rows are MobiVari's. Their parts go on through the feed-forward layer, a tile of pixels at a time, while
/// they are in cache. An element's bits are those of the two kernels one after the other.
package struct MixedFeedForward {
  let mix: MobiVari
  let feedForward: FeedForward

  package init(mix: MobiVari, feedForward: FeedForward) {
    precondition(mix.outputs == feedForward.channels, "the mixed attention does not fit the feed-forward layer")
    self.mix = mix
    self.feedForward = feedForward
  }

  /// The pieces of work, to size the scratch.
  package var pieces: Int { mix.forwardPieces }
  /// Floats of scratch for each worker.
  package var scratchCount: Int { mixCount + feedForward.scratchCount }
  private var mixCount: Int { paddedToVector(mix.forwardScratchCount) }

  /// y [N x H x W x C]; overwrites y, which may be x.
  /// - Parameters:
  ///   - heads: MobiVari's maps.
  ///   - x: [N x H x W x C].
  package func forward(
    _ heads: [UnsafePointer<Float>], x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let channels = feedForward.channels
    let strips = mix.forwardStrips
    parallelFor(strips.count) { piece, worker in
      let memory = scratch.of(worker: worker)
      let tile = FeedForward.TileMemory(memory + mixCount, of: feedForward)
      // The pixels whose mixed attention waits, in memory that is a gradient's in the backward pass.
      var waiting = 0..<0
      func finish() {
        let start = waiting.lowerBound &* channels
        let next = strips.cutsRows ? waiting.lowerBound &+ mix.size.width : waiting.upperBound
        feedForward.forwardTile(
          waiting.count, FeedForward.Input(x: x + start, branch: tile.dMiddle), y + start, tile,
          asking: RowsAhead(channels: channels, x + next &* channels))
      }
      mix.forward(heads, strips, piece: piece, memory: memory) { pixel, count in
        if !waiting.isEmpty, pixel != waiting.upperBound || waiting.count &+ count > FeedForward.tile {
          finish()
          waiting = 0..<0
        }
        waiting = (waiting.isEmpty ? pixel : waiting.lowerBound)..<pixel &+ count
        return tile.dMiddle + (pixel &- waiting.lowerBound) &* channels
      }
      finish()
    }
  }
}
