extension RAMiT {
  /// What the paper's Mult-Adds have beside what the operations do. With it they are the paper's to every digit
  /// printed, for its variants and its ablations (Tables 1 to 5). With H x W pixels where an operation runs, and C
  /// channels:
  ///
  /// - where the configuration has the helper, its product counts H W C in every block, also where no block comes
  ///   before and where there is one kind of attention alone;
  /// - the bottleneck's pooling counts 4 C at each pixel of half the side, twice, and of a quarter of the side, once;
  /// - the product of H-RAMi's mixing with the last stage counts H W C;
  /// - the reconstruction's last convolution is counted at the input's size.
  public func countedBeside(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let c = configuration, task = c.task
    let pixels = width * height, half = pixels / 4, quarter = pixels / 16
    var counts = [("bottleneck", 4 * c.dim * (2 * half + quarter))]
    if c.helper {
      for (stage, area) in [pixels, half, quarter, pixels].enumerated() {
        counts.append(("stage\(stage + 1)", area * c.dim * c.depths[stage]))
      }
    }
    if c.hrami { counts.append(("attn_mix", pixels * c.dim)) }
    let lastConvolution = 9 * task.channels * task.channels
    counts.append(("to_target", -pixels * lastConvolution * (task.scale * task.scale - 1)))
    return counts.map { (component: $0.0, multAdds: $0.1) }
  }
}
