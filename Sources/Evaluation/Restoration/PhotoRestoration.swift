import Diagnostics
import Foundation
import Imaging

/// Restores the photos of a plan, one after the other. One that fails leaves the others done.
public struct PhotoRestoration {
  private let restorer: Restorer
  /// Outputs that exist are made anew; otherwise they are left as they are.
  private let overwrites: Bool
  /// Of JPEG outputs, 1 to 100.
  private let quality: Int

  public init(_ restorer: Restorer, overwrites: Bool, quality: Int) {
    self.restorer = restorer
    self.overwrites = overwrites
    self.quality = quality
  }

  /// What became of one photo.
  public enum Outcome {
    case restored(RestorationPlan.Item, from: (width: Int, height: Int), to: (width: Int, height: Int))
    /// The output was there.
    case skipped(RestorationPlan.Item)
    case failed(any Error)
  }

  /// How many photos were restored, left as they were, and not restored.
  public struct Summary: Equatable, Sendable {
    public var restored = 0, skipped = 0, failed = 0

    /// One line.
    public var text: String {
      var parts = ["\(restored) restored"]
      if skipped > 0 { parts.append("\(skipped) skipped (--overwrite restores them again)") }
      if failed > 0 { parts.append("\(failed) failed") }
      return parts.joined(separator: ", ")
    }
  }

  /// - Parameter observe: is told of each photo as soon as it is done.
  public func run(_ plan: RestorationPlan, observe: (Outcome) -> Void) -> Summary {
    var summary = Summary()
    func fail(_ error: any Error) {
      summary.failed += 1
      observe(.failed(error))
    }
    for fault in plan.faults { fail(fault) }
    for item in plan.items {
      if !overwrites, FileManager.default.fileExists(atPath: item.output) {
        summary.skipped += 1
        observe(.skipped(item))
        continue
      }
      do {
        let photo = try ImageFile.read(item.input)
        try restorer.checkMemory(item.input, width: photo.width, height: photo.height)
        let restored = restorer.restore(photo)
        try OutputFolder.create(URL(fileURLWithPath: item.output).deletingLastPathComponent().relativePath)
        try ImageFile.write(restored, to: item.output, quality: quality)
        summary.restored += 1
        observe(.restored(item, from: (photo.width, photo.height), to: (restored.width, restored.height)))
      } catch {
        fail(error)
      }
    }
    return summary
  }
}
