/// One line of the metrics: a mean training loss, or a validation. It holds no times, so that equal runs have equal metrics.
struct MetricsLine: Codable, Equatable {
  enum Kind: String, Codable { case training, validation }
  var kind: Kind
  /// Epochs and iterations done.
  var epoch, iteration: Int
  var loss: Double?
  var rate: Double?
  var psnr: Double?
  var ssim: Double?
  var baselinePSNR: Double?
  var baselineSSIM: Double?

  init(epoch: Int, iteration: Int, loss: Double, rate: Double) {
    kind = .training
    (self.epoch, self.iteration) = (epoch, iteration)
    (self.loss, self.rate) = (loss, rate)
  }

  init(_ record: ValidationRecord) {
    kind = .validation
    (epoch, iteration) = (record.epoch, record.iteration)
    (psnr, ssim) = (record.result.psnr, record.result.ssim)
    (baselinePSNR, baselineSSIM) = (record.result.baselinePSNR, record.result.baselineSSIM)
  }

  /// As one line of JSON with its keys in order.
  var json: String { get throws { try JSONText.encode(self) } }
}
