import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTSerialization
import RAMiTTensorCore
import Testing

@testable import RAMiTTraining

/// A crash or a power cut at any moment of a run, on a disk that loses what was not made durable: the newest checkpoint
/// whose name was durable is found, or a newer one, and the run ends with the bits of one that nothing has interrupted.
@Suite struct CrashOrderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A checkpoint after every third iteration, two validations, an average, and all that grows.
  private func configuration(_ path: String) throws -> ToyRun {
    try toyConfiguration(path, settings: ["ema={decay: 0.9}", "gradients.accumulate=2"])
  }

  private struct Recording {
    let changes: [FileChange]
    let path: String
    /// What the run has left.
    let metrics, last, best: Data
    let checkpoint: NamedTensors
  }

  private static let finalCheckpoint = "checkpoints/iteration-00000020.safetensors"

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  private func record() throws -> Recording {
    let path = folder.path + "/recorded"
    let recorder = ChangeRecorder(of: path)
    try FileChange.observing(recorder.observe) { _ = try toyTrainer(configuration(path)).run() }
    return Recording(
      changes: recorder.changes, path: path, metrics: try bytes(path + "/metrics.jsonl"),
      last: try bytes(path + "/weights/last.safetensors"), best: try bytes(path + "/weights/best.safetensors"),
      checkpoint: try SafeTensors.read("\(path)/\(Self.finalCheckpoint)"))
  }

  /// The iteration of a checkpoint's file.
  private func iteration(_ path: String) -> Int? {
    path.firstMatch(of: /checkpoints\/iteration-(\d+)\.safetensors$/).flatMap { Int($0.1) }
  }

  @Test func everyMomentOfARunCanBeTheLast() throws {
    let recording = try record()
    let changes = recording.changes
    #expect(changes.count > 400)
    // In the suite every seventh moment, or so; a crash in each is too slow for every day.
    let stride = Reliability.isFull ? 1 : 7
    let resumes = Reliability.isFull ? 20 : 97
    var disk = CrashedDisk()
    // The newest checkpoint that nothing can take away any more, and those that wait for their folder.
    var (durable, renamed) = (0, 0)
    var syncedFolders: [Int32: String] = [:]
    var (states, resumed, kept) = (0, 0, 0)
    for (moment, change) in changes.enumerated() {
      disk.apply(change)
      switch change {
      case .open(let descriptor, let path, let flags) where flags & O_DIRECTORY != 0: syncedFolders[descriptor] = path
      case .open(let descriptor, _, _), .close(let descriptor): syncedFolders[descriptor] = nil
      case .rename(_, let path): renamed = iteration(path) ?? renamed
      case .sync(let descriptor) where syncedFolders[descriptor] == recording.path + "/checkpoints": durable = renamed
      default: break
      }
      guard moment % stride == stride - 1 || iterationIsRenamed(change) else { continue }
      for contents in CrashedDisk.Contents.allCases {
        for names in CrashedDisk.Names.allCases {
          states += 1
          let copy = folder.path + "/crashed"
          try disk.write(contents, names, of: recording.path, to: copy)
          let note = "after change \(moment) (\(change.summary)), contents \(contents), names \(names)"
          let found = try CheckpointStore(folder: copy + "/checkpoints", keep: 2).latest()
          #expect(found?.damage.isEmpty ?? true, "\(note)")
          #expect((found?.checkpoint.state.iteration ?? 0) >= durable, "\(note): \(durable) was durable")
          if let state = found?.checkpoint.state {
            kept += 1
            // All that the checkpoint counts on came before it.
            let metrics = try bytes(copy + "/metrics.jsonl")
            #expect(metrics.prefix(Int(state.metricsBytes)) == recording.metrics.prefix(Int(state.metricsBytes)))
            #expect(metrics.count >= state.metricsBytes, "\(note)")
            #expect(try bytes(copy + "/train.log").count >= state.logBytes, "\(note)")
            #expect(try SafeTensors.read(copy + "/weights/last.safetensors").hasChecksums, "\(note)")
            if state.best != nil { #expect(try SafeTensors.read(copy + "/weights/best.safetensors").hasChecksums) }
          }
          if states % resumes == 0 {
            resumed += 1
            _ = try toyTrainer(configuration(copy), resume: true).run()
            try expectSame(copy, recording, note)
          }
          try FileManager.default.removeItem(atPath: copy)
        }
      }
    }
    #expect(states > 500 && kept > states / 2 && resumed >= 5)
    print("\(states) states of the disk after crashes, \(resumed) of them resumed to the end")
  }

  private func iterationIsRenamed(_ change: FileChange) -> Bool {
    if case .rename(_, let path) = change { iteration(path) != nil } else { false }
  }

  private func expectSame(_ path: String, _ recording: Recording, _ note: String) throws {
    #expect(try bytes(path + "/metrics.jsonl") == recording.metrics, "metrics differ \(note)")
    #expect(try bytes(path + "/weights/last.safetensors") == recording.last, "last weights differ \(note)")
    #expect(try bytes(path + "/weights/best.safetensors") == recording.best, "best weights differ \(note)")
    for (name, tensor) in try SafeTensors.read("\(path)/\(Self.finalCheckpoint)") {
      #expect(tensor.array == recording.checkpoint[name]?.array, "\(name) differs \(note)")
    }
  }

  /// Each file that replaces another is written, flushed and renamed, and its folder is flushed, in this order.
  @Test func filesAreFlushedBeforeTheirNames() throws {
    let recording = try record()
    var (written, flushed): (Set<String>, Set<String>) = ([], [])
    var (paths, folders): ([Int32: String], [Int32: String]) = ([:], [:])
    var unsynced: Set<String> = []
    var renames = 0
    for change in recording.changes {
      switch change {
      case .open(let descriptor, let path, let flags):
        if flags & O_DIRECTORY != 0 { folders[descriptor] = path } else { paths[descriptor] = path }
      case .write(let descriptor, _):
        if let path = paths[descriptor] {
          written.insert(path)
          flushed.remove(path)
        }
      case .sync(let descriptor):
        if let path = paths[descriptor] { flushed.insert(path) }
        if let path = folders[descriptor] { unsynced.remove(path) }
      case .rename(let path, let other):
        renames += 1
        #expect(written.contains(path) && flushed.contains(path), "\(other) was renamed before it was flushed")
        #expect(unsynced.insert(other.parentPath).inserted, "\(other.parentPath) was not flushed after a rename")
      case .close(let descriptor): (paths[descriptor], folders[descriptor]) = (nil, nil)
      case .remove(let path):
        // An old checkpoint goes only when the newer one is durable.
        #expect(!unsynced.contains(path.parentPath), "\(path) was removed too early")
      case .truncate: break
      }
    }
    #expect(renames > 20 && unsynced.isEmpty)
  }
}

extension FileChange {
  /// In a word or two, for messages.
  fileprivate var summary: String {
    switch self {
    case .open(_, let path, _): "open \(path.lastPathPart)"
    case .write(_, let bytes): "write \(bytes.count) bytes"
    case .truncate(_, let size): "truncate to \(size)"
    case .sync: "sync"
    case .close: "close"
    case .rename(_, let path): "rename to \(path.lastPathPart)"
    case .remove(let path): "remove \(path.lastPathPart)"
    }
  }
}
