import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTModels

/// Restores the photos of a plan, one after the other. One that fails leaves the others done.
package struct PhotoRestoration {
  package struct Options: Sendable {
    /// Replaces any existing file; otherwise only outdated results are replaced.
    package var overwrites = false
    /// The quality of JPEG and WebP outputs, 1 to 100.
    package var quality = 95
    /// WebP outputs are lossless.
    package var isLossless = false
    /// The background of transparent photos in JPEG outputs.
    package var background = Color.white
    /// Outputs get their photos' times.
    package var keepsTimes = false
    /// Removes the unfinished files of killed processes from output folders; not where processes of other machines
    /// write into them, see `TemporaryFile.removeAbandoned`.
    package var removesAbandonedFiles = true
    /// Receives the result when the output is a stream.
    package var writeToStream: @Sendable ([UInt8]) throws -> Void = { _ in
      throw InputError("-", expected: "the name of a file", found: "a stream without a receiver")
    }

    package init() {}
  }

  private let restorer: Restorer
  private let options: Options
  private let weights: String

  package init(_ restorer: Restorer, _ options: Options = Options()) {
    (self.restorer, self.options) = (restorer, options)
    weights = restorer.fingerprint
  }

  /// - Parameters:
  ///   - record: of the plan's folder.
  ///   - isStopped: asked before each photo; the photo under way is finished.
  ///   - observe: called with each photo's row as soon as it is done.
  package func run(
    _ plan: RestorationPlan, record: RestorationRecord? = nil, isStopped: () -> Bool = { false },
    observe: (RestorationReport.Row) -> Void = { _ in }
  ) -> RestorationReport {
    var batch = Batch(plan, record: record, restoration: self)
    let start = Date()
    for error in plan.errors { batch.add(.init(error, input: error.location), observe) }
    for item in plan.items {
      if isStopped() {
        batch.add(.init(item.input, output: item.output, .notReached), observe)
      } else {
        batch.restore(item, observe)
      }
    }
    for (_, reason, paths) in plan.omissions.kinds {
      for path in paths { batch.add(.init(path, .leftOut, reason: reason), observe) }
    }
    batch.report.omissions = plan.omissions
    batch.report.seconds = Date().timeIntervalSince(start)
    return batch.report
  }

  /// A batch in progress.
  private struct Batch {
    let restoration: PhotoRestoration
    let folder: String?
    var record: RestorationRecord?
    var folders: OutputFolders
    var report = RestorationReport()
    /// Why nothing more can be written.
    var end: InputError?

    init(_ plan: RestorationPlan, record: RestorationRecord?, restoration: PhotoRestoration) {
      self.restoration = restoration
      folder = plan.destination.folder
      self.record = record ?? folder.map { RestorationRecord(folder: $0) }
      folders = OutputFolders(root: folder, removesAbandonedFiles: restoration.options.removesAbandonedFiles)
    }

    mutating func add(_ row: RestorationReport.Row, _ observe: (RestorationReport.Row) -> Void) {
      report.rows.append(row)
      observe(row)
    }

    mutating func restore(_ item: RestorationPlan.Item, _ observe: (RestorationReport.Row) -> Void) {
      let start = Date()
      do {
        // One line says it for all.
        if let end { return report.rows.append(.init(end, input: item.input, output: item.output)) }
        var row = try restored(item)
        row.seconds = Date().timeIntervalSince(start)
        add(row, observe)
      } catch let noRoot as OutputFolders.NoRoot {
        end = noRoot.error
        add(.init(noRoot.error, input: item.input, output: item.output), observe)
      } catch {
        let error = error as? InputError ?? InputError(item.input, expected: "a photo", found: "\(error)")
        add(.init(error, input: item.input, output: item.output), observe)
      }
    }

    private mutating func restored(_ item: RestorationPlan.Item) throws -> RestorationReport.Row {
      let restorer = restoration.restorer, options = restoration.options
      let ingredients = Ingredients(
        source: item.source, weights: restoration.weights, options: restoration.optionsText(ending: item.ending))
      var row = RestorationReport.Row(item.input, output: item.output, .restored)
      let name = folder.map { item.output.withoutFolder($0) }
      if let record, let name {
        switch try record.existing(item.output, name: name, ingredients, overwrites: options.overwrites) {
        case .none: break
        case .outdated(let reason): row.reason = options.overwrites ? nil : reason
        case .upToDate(let entry):
          row.status = .skipped
          row.reason = "already made from this photo with these weights and options"
          refresh(entry, item)
          return row
        }
      }
      let inputStatus = try? FileStatus(item.input)
      let bytes = try item.source.bytes()
      let size = try ImageFile.size(bytes, from: item.input)
      let scale = restorer.task.scale
      let (width, height) = (size.width * scale, size.height * scale)
      try OutputFormat.checkSize(ending: item.ending, width, height, input: item.input)
      try folders.prepare(item.output, input: item.input, values: width * height * size.channels)
      // Decoding alone could exceed the free memory.
      let header = PhotoSize(width: size.width, height: size.height, channels: size.channels)
      _ = try restorer.fitting(item.input, header, beside: header.bytes)
      // The memory decides, not a limit of pixels.
      let photo = try ImageFile.load(bytes, from: item.input, maximumPixels: .max)
      let fit = try restorer.fitting(item.input, PhotoSize(photo.image))
      let result = try fit.restorer.restore(photo.image, named: item.input)
      row.notes = photo.notes + (fit.note.map { [$0] } ?? [])
      let file = try ImageFile.encode(
        result, metadata: photo.metadata, like: name == nil ? "standard output.\(item.ending)" : item.output,
        quality: options.quality, isLossless: options.isLossless, background: options.background, notes: &row.notes)
      row.size = .init(width: photo.image.width, height: photo.image.height)
      row.outputSize = .init(width: result.width, height: result.height)
      row.tile = fit.restorer.tile
      guard let name else {
        try options.writeToStream(file)
        return row
      }
      var entry = RestorationRecord.Entry(
        output: name, outputSize: file.count, outputHash: SHA256.hex(file), input: ingredients.inputName,
        inputHash: SHA256.hex(bytes), inputSize: bytes.count, inputChange: inputStatus?.changeTime,
        weights: ingredients.weights, options: ingredients.options)
      note(entry)
      try WholeFile.write(file, to: item.output)
      if options.keepsTimes, case .file = item.source, let inputStatus {
        do {
          try inputStatus.copyContentTime(to: item.output)
        } catch {
          row.notes.append("its time was not kept: \(error)")
        }
      }
      entry.outputChange = try? FileStatus(item.output).changeTime
      note(entry)
      return row
    }

    /// Updates the record of a result whose photo or file was touched but not changed: the next run finds it faster.
    private mutating func refresh(_ entry: RestorationRecord.Entry, _ item: RestorationPlan.Item) {
      guard case .file(let path) = item.source, let folder else { return }
      var fresh = entry
      fresh.outputChange = try? FileStatus(folder.appendingPath(entry.output)).changeTime
      fresh.input = path.absolutePath
      fresh.inputChange = try? FileStatus(path).changeTime
      if fresh != entry { note(fresh) }
    }

    /// A record that cannot be written does not undo the results: one line reports it. The next result is noted again,
    /// for a disk may have room by then.
    private mutating func note(_ entry: RestorationRecord.Entry) {
      do { try record?.add(entry) } catch {
        if report.errors.isEmpty { report.add(error) }
      }
    }
  }

  /// What a result depends on beside the photo and the weights.
  private func optionsText(ending: String) -> String {
    var parts = ["method 1", "tile \(restorer.tile.map(String.init) ?? "none")"]
    if restorer.tile != nil { parts.append("overlap \(restorer.overlap)") }
    if restorer.selfEnsemble { parts.append("self-ensemble") }
    if ending == "webp", options.isLossless {
      parts.append("lossless")
    } else if ending != "png" {
      parts.append("quality \(options.quality)")
    }
    if ["jpg", "jpeg"].contains(ending) { parts.append("background \(options.background)") }
    return parts.joined(separator: ", ")
  }
}

extension RestorationPlan.Destination {
  /// Where the outputs and their record lie; nil for the standard output.
  package var folder: String? {
    switch self {
    case .folder(let path): path
    case .file(let path): path.parentPath
    case .standardOutput: nil
    }
  }
}

extension Restorer {
  /// A hash of the model and its weights.
  var fingerprint: String {
    let values = model.parameters.values
    var hash = SHA256()
    hash.update(UnsafeRawBufferPointer(start: values.pointer, count: values.count * MemoryLayout<Float>.size))
    if let architecture = try? model.architecture.json {
      Array(architecture.utf8).withUnsafeBytes { hash.update($0) }
    }
    return hash.hex()
  }
}

extension String {
  /// A path below a folder, without the folder.
  fileprivate func withoutFolder(_ folder: String) -> String {
    let home = folder.appendingPath("")
    if utf8.starts(with: home.utf8) { return String(Substring(utf8.dropFirst(home.utf8.count))) }
    // The current folder's files are written without it.
    return folder == "." ? self : lastPathPart
  }
}
