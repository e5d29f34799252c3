/// The multiplications with addition that a RAMiT takes for one image, by the paper's counting rules.
///
/// The paper compares models by the "Mult-Adds" of a 1280 x 720 output (Tables 1 and 2); these are the rules that
/// give its numbers, to every digit printed, for its variants and its ablations (Tables 2 to 5). The input is the
/// output's size divided by the scale, rounded down, then padded to a multiple of `RAMiTConfiguration.unit`. With H x
/// W pixels where an operation runs, C channels and heads of c channels:
///
/// - a convolution: H W k^2 Cin Cout / groups. Its bias counts nothing, nor does an activation. The reconstruction's
///   last convolution is counted at the input's size;
/// - h spatial heads with windows of M x M: 2 h H W M^2 c, and H W (h c)^2 for their projection;
/// - h channel heads: 2 h H W c^2, and H W (h c)^2 for their projection;
/// - where the configuration has the helper: h H W c for either kind of heads, in every block, also where no block
///   comes before;
/// - a layer norm: H W C. The feed-forward network: its two point-wise convolutions;
/// - downsizing: its norm over 4 C channels and its MobiVari, at the halved size;
/// - the bottleneck's pooling: 4 C at each pixel of half the side, twice, and of a quarter of the side, once;
/// - the product of H-RAMi's mixing with the last stage: H W C.
struct MultAdds {
  private let configuration: RAMiTConfiguration

  init(_ configuration: RAMiTConfiguration) {
    self.configuration = configuration
  }

  /// The components in the order of the data, under their names in checkpoints, with what each takes for an input of
  /// `pixels`.
  /// - Parameter pixels: of the padded input.
  func components(pixels: Int) -> [(name: String, count: Int)] {
    let dim = configuration.dim, channels = configuration.task.channels
    let half = pixels / 4, quarter = pixels / 16
    func stage(_ index: Int, _ pixels: Int) -> (String, Int) {
      ("stage\(index + 1)", pixels * configuration.depths[index] * block)
    }
    let downsizing = norm(4 * dim) + mobiVari(4 * dim, dim, configuration.mobivari.width)
    var counts = [
      ("shallow", pixels * convolution(channels, dim, side: 3)),
      stage(0, pixels), ("down1", half * downsizing), stage(1, half), ("down2", quarter * downsizing),
      stage(2, quarter),
      ("bottleneck", pixels * bottleneck + 4 * dim * (2 * half + quarter)),
      stage(3, pixels),
    ]
    if configuration.hrami { counts.append(("attn_mix", pixels * hrami)) }
    counts.append(("to_target", pixels * reconstruction))
    return counts.map { (name: $0.0, count: $0.1) }
  }

  // What one pixel takes, where the component runs.

  private var block: Int {
    let c = configuration
    /// A map has `reach` entries for each value of a head.
    func attention(heads: Int, reach: Int) -> Int {
      let width = heads * c.headDim
      return 2 * width * reach + width * width + (c.helper ? width : 0)
    }
    return convolution(c.dim, 3 * c.dim)
      + attention(heads: c.spatialHeads, reach: c.window * c.window)
      + attention(heads: c.channelHeads, reach: c.headDim)
      + mobiVari(c.dim, c.dim, c.mobivari.width) + 2 * norm(c.dim)
      + convolution(c.dim, c.hiddenDim) + convolution(c.hiddenDim, c.dim)
  }

  private var bottleneck: Int {
    let dim = configuration.dim
    return mobiVari(dim + dim / 4 + dim / 16, dim, configuration.wide) + norm(dim)
  }

  private var hrami: Int {
    let dim = configuration.dim
    return mobiVari(2 * dim + dim / 4 + dim / 16, dim, configuration.wide) + dim
  }

  private var reconstruction: Int {
    let (c, channels, scale) = (configuration, configuration.task.channels, configuration.task.scale)
    return c.reconstructionLayers * mobiVari(c.dim, c.dim, c.mobivari.width)
      + convolution(c.dim, channels * scale * scale, side: 3) + convolution(channels, channels, side: 3)
  }

  private func convolution(_ inputs: Int, _ outputs: Int, side: Int = 1, groups: Int = 1) -> Int {
    side * side * inputs * outputs / groups
  }

  private func norm(_ channels: Int) -> Int { channels }

  private func mobiVari(_ inputs: Int, _ outputs: Int, _ width: MobiVariWidth) -> Int {
    let expands = configuration.mobivari.version != 1
    let wide = expands ? width.channels(inputs) : inputs
    return (expands ? convolution(inputs, wide, groups: width.groups) : 0)
      + convolution(wide, wide, side: 3, groups: wide) + convolution(wide, outputs)
  }
}
