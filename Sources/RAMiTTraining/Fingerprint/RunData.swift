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

  /// Takes the hashes of unchanged files from the last start's records, and reads the other files. What the first of
  /// several ranks has read, the others read again only where it is not the same file: on a disk of their own.
  /// - Parameters:
  ///   - sigma: the standard deviation of the validation's noise, of 255 (denoising).
  ///   - path: the file of the records, which the first rank reads.
  ///   - announce: called with the number of training files that have to be read, and their bytes.
  /// - Throws: `InputError` that names a file that cannot be read, or a rank with other data than the first one's;
  ///   `SharedError`, `GroupError`.
  init(
    of data: TrainingData, sigma: Double?, recordsAt path: String, ranks: Ranks,
    announce: (_ count: Int, _ bytes: Int) -> Void
  ) throws {
    let training = data.files, validation = data.validationFiles
    self.training = training
    self.validation = validation
    protocolOfValidation = " \(data.validation?.count ?? 0)" + (sigma.map { " sigma \($0)" } ?? "")
    self.path = path
    func records(knowing known: DataRecords) throws -> DataRecords {
      let checksums = FileChecksums(known.training + known.validation)
      return DataRecords(
        training: try checksums.records(training.all, announce: announce),
        validation: try checksums.records(validation?.all ?? []))
    }
    // Damaged records only mean that the files are read again.
    func recorded() throws -> DataRecords {
      try JSON.decode(
        DataRecords.self, from: WholeFile.read(path, kind: "records of the data's files", maximumSize: 1 << 30))
    }
    let known = ranks.isFirst ? try? recorded() : nil
    before = known ?? DataRecords()
    let first = try ranks.broadcast(records(knowing: before))
    self.records = ranks.isFirst ? first : try records(knowing: first)
    try ranks.refuseOtherData(fingerprints(), than: first, self.records)
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
