import Imaging
import Synchronization

/// Decoded photos, as far as the memory lent to them goes.
///
/// What comes first stays. An epoch visits every photo once in random order, so giving one up for another could not raise the
/// share that is found here.
public final class PhotoCache: Sendable {
  private struct State {
    var images: [ByteString: Image] = [:]
    var bytes = 0
  }
  private let state = Mutex(State())
  private let budget: Int

  /// - Parameter bytes: the most memory that the images take.
  public init(bytes: Int) { budget = bytes }

  /// The memory in use.
  public var bytes: Int { state.withLock { $0.bytes } }

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
