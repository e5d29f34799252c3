extension Restormer {
  /// The published count is of the convolutions alone: without the attention's two products, 2 H W C^2 / heads, and
  /// without the two norms of a block, 2 H W C.
  public func countedBeside(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let c = architecture
    func part(_ name: String, level: Int, channels: Int, blocks: Int) -> (component: String, multAdds: Int) {
      let values = (width >> level) * (height >> level) * channels
      return (name, -blocks * 2 * values * (channels / c.heads[level] + 1))
    }
    let full = c.channels(1)
    return (0..<3).map { part("encoder_level\($0 + 1)", level: $0, channels: c.channels($0), blocks: c.blocks[$0]) }
      + [part("latent", level: 3, channels: c.channels(3), blocks: c.blocks[3])]
      + (0..<3).map {
        part("decoder_level\($0 + 1)", level: $0, channels: $0 == 0 ? full : c.channels($0), blocks: c.blocks[$0])
      } + [part("refinement", level: 0, channels: full, blocks: c.refinementBlocks)]
  }
}
