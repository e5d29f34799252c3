import RAMiTImaging
import Synchronization

/// Decoded photos, within a limit of memory.
///
/// The first photos stay. Where photos are visited at random, replacing one by another could not raise the share of
/// hits. Where not all fit in, training has a better use for the memory (`makeRoomForCrops`).
public final class PhotoCache: Sendable {
  private struct State {
    var images: [ByteString: Image] = [:]
    var bytes = 0
    var budget: Int
    var expected: [ByteString: Int] = [:]
  }
  private let state: Mutex<State>
  private let limit: Int

  /// - Parameter bytes: the most memory that the images take.
  public init(bytes: Int) {
    limit = bytes
    state = Mutex(State(budget: bytes))
  }

  /// The memory in use.
  public var bytes: Int { state.withLock { $0.bytes } }

  /// Announces how many bytes an image will take.
  func expect(_ name: String, bytes: Int) {
    let name = ByteString(name)
    state.withLock { $0.expected[name] = bytes }
  }

  /// The memory that the announced images will take, at most the limit.
  public var expectedBytes: Int { min(limit, allExpectedBytes) }

  private var allExpectedBytes: Int { state.withLock { $0.expected.values.reduce(0, +) } }

  /// The bytes of the largest announced image; 0 when there is none.
  package var largestExpectedBytes: Int { state.withLock { $0.expected.values.max() ?? 0 } }

  /// Gives the memory to crops of coming samples where the announced images do not fit in: a crop takes far less than
  /// its photo, and is needed once. No image is kept from then on.
  /// - Returns: the memory; nil when the images fit in.
  public func makeRoomForCrops() -> CropMemory? {
    guard allExpectedBytes > limit else { return nil }
    state.withLock { state in (state.images, state.bytes, state.budget) = ([:], 0, 0) }
    return CropMemory(bytes: limit)
  }

  /// The image of this name, where it is in memory.
  func kept(_ name: String) -> Image? {
    let name = ByteString(name)
    return state.withLock { $0.images[name] }
  }

  /// Whether an image of this size would be kept.
  func hasRoom(for bytes: Int) -> Bool { state.withLock { $0.bytes + bytes <= $0.budget } }

  /// The image of this name, made now or found.
  func image(_ name: String, _ make: () throws -> Image) rethrows -> Image {
    if let found = kept(name) { return found }
    let image = try make()
    let name = ByteString(name)
    let size = image.byteCount
    state.withLock { state in
      guard state.bytes + size <= state.budget, state.images[name] == nil else { return }
      state.images[name] = image
      state.bytes += size
    }
    return image
  }
}
