import RAMiTMetrics

extension RestorationTask {
  /// The bytes that scoring a restored image takes beside tensors: it, its target, the baseline, and
  /// the planes in double precision that are compared.
  /// - Parameters:
  ///   - width: of the input.
  ///   - height: of the input.
  package func scoringMemory(width: Int, height: Int) -> Double {
    let pixels = Double(width * scale) * Double(height * scale)
    let planes = scoredChannels == .luma ? 1 : channels
    return pixels * Double(3 * channels + 2 * planes * MemoryLayout<Double>.size)
  }
}
