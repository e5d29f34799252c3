import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

/// What the file at the path of a result is.
enum ExistingOutput: Equatable {
  /// There is none.
  case none
  /// It was made from this photo with these weights and options.
  case upToDate(RestorationRecord.Entry)
  /// It is an outdated result of this photo, or unusable; why the photo is restored again.
  case outdated(String)
}

/// What a result is made from.
struct Ingredients {
  let source: PhotoSource
  /// A hash of the model and its weights.
  let weights: String
  let options: String

  /// What the record calls the photo; `-` for a stream, of which only the content counts.
  var inputName: String {
    guard case .file(let path) = source else { return "-" }
    return path.absolutePath
  }
}

extension RestorationRecord {
  /// - Parameters:
  ///   - output: the file's path.
  ///   - name: the same, relative to the record's folder.
  ///   - overwrites: any file may be replaced.
  /// - Throws: `InputError` that names the photo, for a file that must not be replaced.
  func existing(_ output: String, name: String, _ ingredients: Ingredients, overwrites: Bool) throws -> ExistingOutput {
    let input = ingredients.source.name
    guard let status = try? FileStatus(output) else { return .none }
    guard status.kind == .file else {
      throw InputError(input, expected: "an output that is a file", found: "\(output), \(status.kind.rawValue)")
    }
    if overwrites { return .outdated("--overwrite") }
    if status.size == 0 { return .outdated("the output was empty") }
    guard let entry = entry(of: name) else {
      // What cannot be read may be a photo in a format that is unknown here.
      if knows(name), isDamagedImage(output) { return .outdated("the output was damaged") }
      let found = knows(name) ? "one that was changed since ramit wrote it" : "one that ramit did not make from it"
      throw InputError(
        input, expected: "a new output \(output), or an earlier result of this photo (--overwrite replaces it)",
        found: found)
    }
    switch try compare(entry, ingredients) {
    case .same: break
    case .changed: return .outdated("the photo has changed")
    case .another:
      let canKeep = entry.input.pathEnding != input.pathEnding
      throw InputError(
        input,
        expected: "an output of its own (--overwrite replaces it\(canKeep ? ", --keep-suffix keeps both" : ""))",
        found: "\(output), which was made from \(entry.input == "-" ? "another stream" : entry.input)")
    }
    if entry.weights != ingredients.weights { return .outdated("different weights") }
    if entry.options != ingredients.options { return .outdated("different options") }
    return .upToDate(entry)
  }

  private enum Comparison { case same, changed, another }

  private func compare(_ entry: Entry, _ ingredients: Ingredients) throws -> Comparison {
    let isSamePath = entry.input != "-" && entry.input.pathBytes == ingredients.inputName.pathBytes
    if isSamePath, let status = try? FileStatus(entry.input), status.size == entry.inputSize,
      status.changeTime == entry.inputChange
    {
      return .same
    }
    if SHA256.hex(try ingredients.source.bytes()) == entry.inputHash { return .same }
    return isSamePath ? .changed : .another
  }

  /// Whether a file begins like an image and is not a whole one.
  private func isDamagedImage(_ path: String) -> Bool {
    guard PhotoSource.file(path).format != nil else { return false }
    return (try? ImageFile.read(path, maximumPixels: .max)) == nil
  }
}
