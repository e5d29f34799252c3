import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTModels

/// Which photos are restored, and where to: files go into the output folder by name, folders with all that is in them
/// keep their structure there.
package struct RestorationPlan {
  /// Where the results go.
  package enum Destination: Equatable, Sendable {
    case folder(String)
    /// One photo's file; its ending tells its kind.
    case file(String)
    case standardOutput

    /// What `--output` means: `-` is the standard output; a name with the ending of an image is a file when there is
    /// one input, no folder, and no folder of that name; anything else is a folder.
    package init(_ output: String, inputs: [String]) {
      if output == "-" {
        self = .standardOutput
      } else if inputs.count == 1, OutputFormat.endings.contains(output.pathEnding), !Folder.exists(output),
        !Folder.exists(inputs[0])
      {
        self = .file(output)
      } else {
        self = .folder(output)
      }
    }
  }

  /// How the outputs in a folder are named.
  package struct Naming: Sendable {
    package var format: OutputFormat
    /// `a.jpg` becomes `a.jpg.png`, so that `a.tif` can become `a.tif.png` beside it.
    package var keepsSuffix: Bool
    package var style: Style
    /// The task of the model, whose scale may be part of an input's name.
    package var task: RestorationTask?

    /// What becomes of a photo's name without its ending.
    package enum Style: String, CaseIterable, Sendable {
      /// It stays: `0001x2`.
      case input
      /// The scale behind it is left out, as in the target's name: `0001`.
      case plain
      /// The task is behind it: `0001_x2`, `photo_dn`.
      case task
    }

    package init(
      format: OutputFormat = .png, keepsSuffix: Bool = false, style: Style = .input, task: RestorationTask? = nil
    ) {
      (self.format, self.keepsSuffix, self.style, self.task) = (format, keepsSuffix, style, task)
    }

    /// The stem of an output.
    func stem(_ stem: String) -> String {
      guard let task, style != .input else { return stem }
      let plain = task.isSuperResolution ? stem.withoutScale(task.rawValue) : stem
      return style == .plain ? plain : "\(plain)_\(task.rawValue)"
    }
  }

  /// A photo and the file that its restoration becomes.
  package struct Item: Equatable, Sendable {
    package let source: PhotoSource
    /// The file's path; `-` for the standard output.
    package let output: String
    /// Tells the kind of the output.
    let ending: String
    package var input: String { source.name }
  }

  package let destination: Destination
  package private(set) var items: [Item] = []
  /// What cannot be restored: inputs that are missing, folders without images, outputs that are not free.
  package private(set) var errors: [InputError] = []
  package private(set) var omissions = ImageTree.Omissions()

  /// An input with its path below the output folder.
  private struct Photo {
    let source: PhotoSource
    let relative: String
    let format: ImageFormat?
  }

  /// - Parameters:
  ///   - inputs: files, folders and pipes; `-` is the standard input.
  ///   - destination: of the outputs. When it lies in one of the input folders, its files are no inputs.
  ///   - record: of earlier runs into the same folder, whose results beside the photos are no inputs; nil reads it.
  package init(
    _ inputs: [String], to destination: Destination, naming: Naming = Naming(), record: RestorationRecord? = nil
  ) {
    self.destination = destination
    let record = record ?? destination.folder.map { RestorationRecord(folder: $0) }
    var photos: [Photo] = []
    for input in inputs {
      do {
        photos += try self.photos(input, record)
      } catch {
        errors.append(error)
      }
    }
    assignOutputs(photos, naming)
  }

  /// A process's share of the photos, where several restore them; the first one's has the errors and what was left out.
  /// - Parameters:
  ///   - rank: the process's number, from 0.
  ///   - count: the number of processes.
  package func share(of rank: Int, count: Int) -> RestorationPlan {
    var plan = self
    plan.items = stride(from: rank, to: items.count, by: count).map { items[$0] }
    if rank > 0 { (plan.errors, plan.omissions) = ([], ImageTree.Omissions()) }
    return plan
  }

  /// Whether a file is one of the photos.
  package func contains(_ file: FileStatus) -> Bool {
    items.contains { (try? FileStatus($0.input).identity) == file.identity }
  }

  /// Whether a path is that of one of the results, by its name in its folder.
  package func makes(_ path: String) -> Bool {
    let name = path.lastPathPart.pathBytes, folder = path.parentPath.absolutePath.pathBytes
    return items.contains {
      $0.output.lastPathPart.pathBytes == name && $0.output.parentPath.absolutePath.pathBytes == folder
    }
  }

  private mutating func assignOutputs(_ photos: [Photo], _ naming: Naming) {
    let identities = photos.map { try? FileStatus($0.source.name).identity }
    let inputs = Set(identities.compactMap(\.self))
    var taken: [[UInt8]: String] = [:]
    var seen: [[UInt8]: Set<FileStatus.Identity>] = [:]
    for (photo, identity) in zip(photos, identities) {
      // The same file, named twice, is restored once.
      if let identity, !seen[photo.relative.pathBytes, default: []].insert(identity).inserted { continue }
      let input = photo.source.name
      let output = output(of: photo, naming)
      let status = try? FileStatus(output)
      if let status, inputs.contains(status.identity) {
        errors.append(InputError(input, expected: "an output that is not an input", found: "\(output), which is one"))
      } else if let other = taken[output.pathBytes] {
        let canKeep = other.pathEnding != input.pathEnding && destination != .standardOutput && !naming.keepsSuffix
        errors.append(
          InputError(
            input, expected: "an output of its own\(canKeep ? " (--keep-suffix gives each one)" : "")",
            found: "\(output), which \(other) becomes"))
      } else {
        taken[output.pathBytes] = input
        let ending = destination == .standardOutput ? naming.format.ending(for: photo.format) : output.pathEnding
        items.append(Item(source: photo.source, output: output, ending: ending))
      }
    }
  }

  private func output(of photo: Photo, _ naming: Naming) -> String {
    switch destination {
    case .standardOutput: return "-"
    case .file(let path): return path
    case .folder(let folder):
      let ending = naming.format.ending(for: photo.format), relative = photo.relative
      let own = relative.pathEnding == "jpeg" ? "jpg" : relative.pathEnding
      if naming.keepsSuffix, naming.style == .input {
        return folder.appendingPath(own == ending ? relative : relative + "." + ending)
      }
      // What is not the ending of a picture belongs to the name: IMG.2024.
      let stem = FileContent.isPictureEnding(relative.pathEnding) ? relative.withoutPathEnding : relative
      let suffix = naming.keepsSuffix && own != ending ? ".\(own)" : ""
      return folder.appendingPath(naming.stem(stem) + suffix + "." + ending)
    }
  }

  /// The photos of an input.
  private mutating func photos(_ input: String, _ record: RestorationRecord?) throws(InputError) -> [Photo] {
    let status = try? FileStatus(input)
    if PhotoSource.isStream(input, status) {
      let source = try PhotoSource(stream: input)
      let isStandardInput = ["-", "/dev/stdin"].contains(input)
      return [Photo(source: source, relative: isStandardInput ? "stdin" : input.lastPathPart, format: source.format)]
    }
    guard let status else { throw Self.unreachable(input) }
    guard status.kind == .folder else {
      let source = PhotoSource.file(input)
      return [Photo(source: source, relative: input.lastPathPart, format: source.format)]
    }
    var outputs: String?
    if case .folder(let path) = destination { outputs = path }
    let tree = try ImageTree(input, excluding: outputs)
    errors += tree.errors
    var omissions = tree.omissions.located(in: input)
    var photos: [Photo] = []
    for image in tree.images {
      let path = input.appendingPath(image.path)
      if let record, record.isResult(path) {
        omissions.results.append(path)
      } else {
        photos.append(Photo(source: .file(path), relative: image.path, format: image.format))
      }
    }
    // Photos that were already in the output folder are reported.
    if let folder = tree.excludedFolder.map(input.appendingPath), let own = try? ImageTree(folder) {
      let paths = own.images.map { folder.appendingPath($0.path) }
      omissions.inOutputs = paths.filter { path in !(record?.isResult(path) ?? false) }
    }
    self.omissions += omissions
    guard !photos.isEmpty || !tree.errors.isEmpty || !omissions.results.isEmpty else {
      throw InputError(input, expected: "images", found: tree.omissions.text ?? "an empty folder")
    }
    return photos
  }

  private static func unreachable(_ input: String) -> InputError {
    let isLink = (try? FileStatus(input, followingLinks: false))?.kind == .link
    var found = isLink ? "a link that leads nowhere" : "no such file"
    do {
      _ = try FileStatus(input)
    } catch {
      if error.code != ENOENT { found = "\(error)" }
    }
    return InputError(input, expected: "an image or a folder of images", found: found)
  }
}

extension String {
  /// A low-resolution name without its scale: `0001` of `0001x2`, `0001_x2` or `0001-X2`.
  fileprivate func withoutScale(_ scale: String) -> String {
    guard lowercased().hasSuffix(scale), count > scale.count else { return self }
    let stem = dropLast(scale.count)
    let plain = stem.last == "_" || stem.last == "-" ? stem.dropLast() : stem
    return plain.isEmpty || plain.last == "/" ? self : String(plain)
  }
}
