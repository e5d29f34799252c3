import Foundation

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

  /// The lines of a metrics file; what cannot be read is left out.
  static func read(_ path: String) -> [MetricsLine] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { try? JSONText.decode(MetricsLine.self, from: String($0)) }
  }
}

/// JSON with keys in order; infinite scores, which an image that is restored exactly gets, are allowed.
enum JSONText {
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func decode<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try decoder.decode(type, from: Data(text.utf8))
  }
}
