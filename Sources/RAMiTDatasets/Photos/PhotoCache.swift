import RAMiTImaging
import Synchronization

/// Decoded photos, within a limit of memory.
///
/// The first photos stay. An epoch visits every photo once in random order, so replacing one by another could not raise
/// the share of hits.
public final class PhotoCache: Sendable {
  private struct State {
    var images: [ByteString: Image] = [:]
    var bytes = 0
    var expected: [ByteString: Int] = [:]
  }
  private let state = Mutex(State())
  private let budget: Int

  /// - Parameter bytes: the most memory that the images take.
  public init(bytes: Int) { budget = bytes }

  /// The memory in use.
  public var bytes: Int { state.withLock { $0.bytes } }

  /// Announces how many bytes an image will take.
  func expect(_ name: String, bytes: Int) {
    let name = ByteString(name)
    state.withLock { $0.expected[name] = bytes }
  }

  /// The memory that the announced images will take, at most the limit.
  public var expectedBytes: Int { state.withLock { min(budget, $0.expected.values.reduce(0, +)) } }

  /// The image of this name, made now or found.
  func image(_ name: String, _ make: () throws -> Image) rethrows -> Image {
    let name = ByteString(name)
    if let found = state.withLock({ $0.images[name] }) { return found }
    let image = try make()
    let size = image.width * image.height * image.channels * image.bitDepth / 8
    state.withLock { state in
      guard state.bytes + size <= budget, state.images[name] == nil else { return }
      state.images[name] = image
      state.bytes += size
    }
    return image
  }
}
