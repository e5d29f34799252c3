import RAMiTDatasets
import RAMiTModels

extension RestorationTask {
  /// The pairs that the task learns from, and is scored on.
  public var pairSettings: PairSettings {
    switch self {
    case .x2, .x3, .x4: PairSettings(.superResolution, scale: scale, channels: channels)
    case .dn, .graydn: PairSettings(.denoising, channels: channels)
    case .lle: PairSettings(.lowLight, channels: channels)
    case .dr: PairSettings(.deraining, channels: channels)
    }
  }
}
