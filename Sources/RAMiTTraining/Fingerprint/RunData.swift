import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// What a run's data are by name and content, for resuming it: the same files may be in another place, other files are
/// refused.
struct RunData {
  private let training: DataFiles
  private let validation: DataFiles?
  /// What else a validation's scores depend on, in words.
  private let protocolOfValidation: String
  private let records: DataRecords
  /// The files as they were at the last start; empty where that cannot be told.
  private let before: DataRecords
  private let path: String

  /// Reads what did not change since the last start from its records, and the rest from the files.
  /// - Parameters:
  ///   - validation: nil where the run is not scored.
  ///   - sigma: the noise's standard deviation in the validation, of 255 (denoising).
  ///   - path: the file of the records.
  ///   - announce: is called with the number of training files that have to be read, and their bytes.
  /// - Throws: `InputError` that names a file that cannot be read.
  init(
    training: DataFiles, validation: DataFiles?, validationImages: Int, sigma: Double?, recordsAt path: String,
    announce: (_ count: Int, _ bytes: Int) -> Void
  ) throws {
    self.training = training
    self.validation = validation
    protocolOfValidation = " \(validationImages)" + (sigma.map { " sigma \($0)" } ?? "")
    self.path = path
    // Records that are damaged cost a second reading, no more.
    let known = try? JSON.decode(DataRecords.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    before = known ?? DataRecords()
    let checksums = FileChecksums(before.training + before.validation)
    records = DataRecords(
      training: try checksums.records(training.all, announce: announce),
      validation: try checksums.records(validation?.all ?? []))
  }

  func fingerprints(unread: [String] = []) -> DataFingerprints {
    DataFingerprints(
      training: training.fingerprint(records.training, unread: unread),
      validation: validation.map { $0.fingerprint(records.validation, unread: []) + protocolOfValidation })
  }

  /// The name of a training file in its set; nil for any other path.
  func name(ofTrainingFile path: String) -> String? {
    let path = Array(path.pathFromRoot.utf8)
    return records.training.first { $0.path.utf8.elementsEqual(path) }?.name
  }

  /// What is different from the training data at the last start.
  var differences: String {
    if training.members.isEmpty { return "drawn images" }
    if before.training.isEmpty { return "other files" }
    return DataRecords.differences(from: before.training, to: records.training)
  }

  /// - Throws: `InputError` when the file cannot be written.
  func write() throws {
    if records == before { return }
    try WholeFile.write(Data(JSON.encode(records).utf8), to: path)
  }
}
