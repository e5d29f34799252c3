import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTParallel

/// What is known of files that were read whole, or why reading failed.
package typealias FactsOfFiles = [ByteString: Result<FactsOfFile, InputError>]

/// What is known of a file that was read whole.
package struct FactsOfFile: Sendable {
  let header: ImageHeader
  /// See `LoadedImage.notes`.
  let notes: [String]
}

/// What is found when every file of a set is read.
package struct DatasetReport: Encodable, Sendable {
  package struct Fault: Encodable, Sendable {
    package let file, expected, found: String
    package var line: String { InputError(file, expected: expected, found: found).description }

    init(_ error: InputError) { (file, expected, found) = (error.location, error.expected, error.found) }
  }
  /// What the reader repaired or left out of a file that is used all the same.
  package struct Note: Encodable, Sendable {
    package let file, note: String
    package var line: String { "\(file): \(note)".onOneLine }
  }
  /// What was checked: a data set's name or a folder.
  package let name: String
  package let scale: Int
  /// Pairs whose files are both there, or photos whose inputs are made.
  package let pairs: Int
  /// Image files that were read, also those without a partner.
  package let files: Int
  /// Files that are no images by their names, and were left alone.
  package let others: Int
  /// All files that were ignored, hidden ones and systems' folders too, as a text; nil for none.
  package let leftOut: String?
  /// How many pairs the manifest says there are.
  package let expected: Int?
  package let faults: [Fault]
  package let notes: [Note]

  /// Decodes every file of a set, on all threads.
  /// - Parameters:
  ///   - known: what is known of files already, and then of these.
  ///   - progress: called with the number of files that are done.
  package init(
    _ set: SelectedSet, known facts: inout FactsOfFiles,
    progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) {
    let (files, manifest) = (set.files, set.manifest)
    let paths = files.pairs.flatMap { [$0.target, $0.input].compactMap { $0 } }
    let unknown = paths.filter { facts[ByteString($0)] == nil }
    for start in stride(from: 0, to: unknown.count, by: Self.portion) {
      let part = Array(unknown[start..<min(start + Self.portion, unknown.count)])
      for (path, result) in zip(part, parallelMap(part, Self.decode)) { facts[ByteString(path)] = result }
      progress(start + part.count, unknown.count)
    }
    let checker = PairChecker(
      settings: set.settings, patch: 1, channels: manifest?.channels, gray: manifest?.gray ?? [])
    let found = checker.find(in: files.pairs) { [facts] in facts[ByteString($0)]!.map(\.header) }
    var errors = files.errors + files.unread + found.map(\.error)
    let count = files.pairs.count
    if let manifest, count != manifest.count {
      errors.append(
        InputError(
          set.location, expected: "\(manifest.count.counted("image")) of \(manifest.name)",
          found: count.counted("image")))
    }
    name = set.name
    scale = set.settings.scale
    pairs = count
    self.files = paths.count + files.errors.count
    others = files.others
    leftOut = files.omissions.text
    expected = manifest?.count
    faults = errors.map(Fault.init)
    notes = paths.flatMap { path in
      ((try? facts[ByteString(path)]?.get().notes) ?? []).map { Note(file: path, note: $0) }
    }
  }

  private static let portion = 64

  /// Of CMYK the header is enough.
  private static func decode(_ path: String) -> Result<FactsOfFile, InputError> {
    readFacts(of: path) {
      let header = try ImageFile.header(path)
      guard !header.isCMYK else { return FactsOfFile(header: header, notes: []) }
      let file = try ImageFile.load(path)
      return FactsOfFile(header: ImageHeader(file.image), notes: file.notes)
    }
  }
}
