/// What RAMiT's paper has for each task.
extension RestorationTask {
  /// The reciprocal helper improves this task (paper, Table B and Sec. A.4).
  var usesHelper: Bool {
    switch self {
    case .x2, .x3, .x4, .lle: true
    case .dn, .graydn, .dr: false
    }
  }

  /// The mean of the training images in [0, 1], per channel, as published with the paper's models.
  var mean: [Float] {
    switch self {
    case .x2, .x3, .x4: [0.4485, 0.4375, 0.4045]
    case .dn: [0.4775, 0.4515, 0.4047]
    case .graydn: [0.4539]
    case .lle: [0.1687, 0.1599, 0.1526]
    case .dr: [0.5110, 0.5105, 0.4877]
    }
  }

  /// The standard deviation of the training images, per channel.
  var standardDeviation: [Float] {
    switch self {
    case .x2: [0.2397, 0.2290, 0.2389]
    case .x3: [0.2373, 0.2265, 0.2367]
    case .x4: [0.2352, 0.2244, 0.2349]
    case .dn: [0.2442, 0.2367, 0.2457]
    case .graydn: [0.2326]
    case .lle: [0.1142, 0.1094, 0.1094]
    case .dr: [0.2313, 0.2317, 0.2397]
    }
  }
}
