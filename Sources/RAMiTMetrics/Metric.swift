/// A measure of a restored image.
public enum Metric: String, CaseIterable, Codable, Sendable {
  /// Peak signal-to-noise ratio, in dB.
  case psnr
  /// Structural similarity (Wang et al., *Image Quality Assessment: From Error Visibility to Structural Similarity*,
  /// 2004).
  case ssim
  /// Structural similarity over five scales (Wang et al., *Multi-scale Structural Similarity for Image Quality
  /// Assessment*, 2003). It needs images of at least 161 pixels a side inside the border.
  case msssim = "ms-ssim"
  /// PSNR after the output's mean brightness was scaled to the target's, as in many tables of low-light enhancement.
  case gtMeanPSNR = "psnr-gt-mean"
  /// SSIM after the same scaling.
  case gtMeanSSIM = "ssim-gt-mean"

  /// What tables call it, in at most nine characters.
  public var title: String {
    switch self {
    case .psnr: "PSNR (dB)"
    case .ssim: "SSIM"
    case .msssim: "MS-SSIM"
    case .gtMeanPSNR: "GT-m PSNR"
    case .gtMeanSSIM: "GT-m SSIM"
    }
  }

  /// Digits after the point in tables.
  package var digits: Int { self == .psnr || self == .gtMeanPSNR ? 4 : 5 }
}

/// What two images are compared by.
public struct ScoringRules: Equatable, Sendable {
  /// Which values are compared.
  public var channels: ScoredChannels
  /// How luma is made of RGB.
  public var luma: LumaConversion
  /// Pixels left out at each edge.
  public var border: Int

  /// - Parameters:
  ///   - luma: counts where `channels` are luma.
  ///   - border: 0 or more.
  public init(channels: ScoredChannels, luma: LumaConversion = .float, border: Int) {
    (self.channels, self.luma, self.border) = (channels, luma, border)
  }
}

/// How Y of BT.601's studio range, 16 + 65.481 R + 128.553 G + 24.966 B of values in 0 ... 1, is rounded.
public enum LumaConversion: String, CaseIterable, Codable, Sendable {
  /// Not to integers; to float32 where the published RAMiT evaluation does so.
  case float
  /// Not to integers; to float32 where BasicSR does so. It differs from `float` by less than 0.0001.
  case basicSR = "basicsr"
  /// To integers, as MATLAB's `rgb2ycbcr` of 8-bit images.
  case rounded
}
