import RAMiTFiles
import RAMiTRuns

/// A run's folder while the run is in it: its lock, and the files that grow.
struct RunOutput {
  private let folder: RunFolder
  let log: AppendOnlyFile
  let journal: RunJournal

  /// The files that a checkpoint counts on.
  var appended: [AppendOnlyFile] { [log] + journal.appended }

  /// - Throws: `InputError` when a file cannot be written.
  init(_ folder: RunFolder, _ settings: RunSettings) throws {
    self.folder = folder
    log = try AppendOnlyFile(folder.files.log)
    journal = try RunJournal(folder.files, settings)
  }
}
