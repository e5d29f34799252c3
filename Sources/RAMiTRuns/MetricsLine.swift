import RAMiTFiles

/// One line of the metrics: a mean training loss, a validation, or a step that was skipped. It holds no times, so that
/// equal runs have equal metrics.
package struct MetricsLine: Codable, Equatable {
  package enum Kind: String, Codable { case training, validation, skipped }
  package var kind: Kind
  /// Epochs and iterations done.
  package var epoch, iteration: Int
  package var loss: Double?
  package var learningRate: Double?
  package var psnr: Double?
  package var ssim: Double?
  package var baselinePSNR: Double?
  package var baselineSSIM: Double?
  /// Images that equal their targets, which the means of the PSNR leave out; nil for none.
  package var infinite, baselineInfinite: Int?
  /// True for the first validation on different images from the previous one.
  package var onOtherImages: Bool?
  /// Why a step was skipped: what was not finite.
  package var reason: String?

  /// - Parameter loss: nil where all steps since the last line were skipped.
  package init(epoch: Int, iteration: Int, loss: Double?, learningRate: Double) {
    kind = .training
    (self.epoch, self.iteration) = (epoch, iteration)
    (self.loss, self.learningRate) = (loss, learningRate)
  }

  /// The iteration `iteration` was skipped.
  package init(epoch: Int, iteration: Int, skipped reason: String) {
    kind = .skipped
    (self.epoch, self.iteration) = (epoch, iteration)
    self.reason = reason
  }

  /// - Parameter onOtherImages: whether the previous validation used different images.
  package init(_ record: ValidationRecord, onOtherImages: Bool = false) {
    kind = .validation
    (epoch, iteration) = (record.epoch, record.iteration)
    (psnr, ssim) = (record.result.psnr, record.result.ssim)
    (baselinePSNR, baselineSSIM) = (record.result.baselinePSNR, record.result.baselineSSIM)
    (infinite, baselineInfinite) = (record.result.infinite, record.result.baselineInfinite)
    self.onOtherImages = onOtherImages ? true : nil
  }

  /// Since the first version, files call the learning rate "rate".
  private enum CodingKeys: String, CodingKey {
    case kind, epoch, iteration, loss, learningRate = "rate", psnr, ssim, baselinePSNR, baselineSSIM, infinite
    case baselineInfinite, onOtherImages, reason
  }

  /// As one line of JSON with its keys in order.
  package var json: String { get throws { try JSON.encode(self) } }
}
