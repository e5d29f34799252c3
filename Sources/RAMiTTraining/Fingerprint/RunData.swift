import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// Identifies a run's data by names and contents. A run resumes with the same files wherever they lie, and refuses
/// others.
struct RunData {
  private let training: DataFiles
  private let validation: DataFiles?
  /// What validation scores depend on besides the files, in words.
  private let protocolOfValidation: String
  private let records: DataRecords
  /// The files as they were at the last start; empty where that is unknown.
  private let before: DataRecords
  private let path: String

  /// Takes the hashes of unchanged files from the last start's records, and reads the other files.
  /// - Parameters:
  ///   - validation: nil without validation.
  ///   - sigma: the standard deviation of the validation's noise, of 255 (denoising).
  ///   - path: the file of the records.
  ///   - announce: called with the number of training files that have to be read, and their bytes.
  /// - Throws: `InputError` that names a file that cannot be read.
  init(
    training: DataFiles, validation: DataFiles?, validationImages: Int, sigma: Double?, recordsAt path: String,
    announce: (_ count: Int, _ bytes: Int) -> Void
  ) throws {
    self.training = training
    self.validation = validation
    protocolOfValidation = " \(validationImages)" + (sigma.map { " sigma \($0)" } ?? "")
    self.path = path
    // Damaged records only mean that the files are read again.
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

  /// How the training data differ from those of the last start.
  var differences: String {
    if training.members.isEmpty { return "drawn images" }
    if before.training.isEmpty { return "different files" }
    return DataRecords.differences(from: before.training, to: records.training)
  }

  /// - Throws: `InputError` when the file cannot be written.
  func write() throws {
    if records == before { return }
    try WholeFile.write(Data(JSON.encode(records).utf8), to: path)
  }
}
