import RAMiTDiagnostics
import RAMiTImaging
import RAMiTMachine
import RAMiTModels
import RAMiTParallel
import RAMiTTensorCore
import Synchronization

/// What the memory for restoring a photo depends on.
package struct PhotoSize: Equatable, Sendable {
  package let width, height: Int
  /// With alpha, where there is one.
  package let channels: Int
  /// Bits of a sample.
  package let bitDepth: Int

  package init(width: Int, height: Int, channels: Int = 3, bitDepth: Int = 8) {
    self.width = width
    self.height = height
    self.channels = channels
    self.bitDepth = bitDepth
  }

  package init(_ photo: Image) {
    self.init(width: photo.width, height: photo.height, channels: photo.channels, bitDepth: photo.bitDepth)
  }

  var hasAlpha: Bool { channels == 2 || channels == 4 }
  var isGray: Bool { channels < 3 }
  /// Bytes of the samples.
  package var bytes: Double { Double(width) * Double(height) * Double(channels * bitDepth / 8) }
}

/// What a restorer makes: numbers take four bytes a value for the whole result, tiles of an image go into it one by
/// one.
package enum ResultForm: Sendable {
  case tensor, image
}

/// Bytes that restoring takes: tensors, as the pool holds them, and what else is allocated.
private struct MemoryNeed {
  var tensors, others: Double

  var bytes: Double { tensors + others }
}

/// How a photo is restored within the free memory.
package struct MemoryFit {
  /// As requested, or with tiles.
  package let restorer: Restorer
  /// Bytes for restoring and encoding, beside what the process uses with the decoded photo.
  package let bytes: Int
  /// A clause that explains tiles that were not requested; nil if there are none.
  package let note: String?
}

/// What a restorer has measured of its model, once.
final class ModelMeasures: Sendable {
  private let value = Mutex<RestorationMemory?>(nil)
  private let multiplyAdds = Mutex<Double?>(nil)

  private static let countedSide = 256

  /// The arithmetic of a pixel, counted for an image of a common size.
  func multiplyAddsPerPixel(of model: any RestorationModel) -> Double {
    multiplyAdds.withLock { value in
      if let value { return value }
      let side = model.padding.paddedSide(Self.countedSide)
      let counted = Double(Complexity.multiplyAdds(of: model.architecture, width: side, height: side))
      value = counted / Double(side * side)
      return counted / Double(side * side)
    }
  }

  func of(_ model: any RestorationModel) -> RestorationMemory {
    value.withLock { value in
      if let value { return value }
      let measured = RestorationMemory(of: model)
      value = measured
      return measured
    }
  }
}

extension Restorer {
  /// Finds out how a photo can be restored in the memory that is left: as requested or, where no tiles were
  /// requested and the whole does not fit, in the largest tiles that do. Where a limit of addresses (`ulimit -v`) makes
  /// the system refuse memory, what the photo takes is reserved, and what it refuses does not fit.
  /// - Parameters:
  ///   - file: for messages.
  ///   - result: `.tensor` for what `callAsFunction` makes of numbers.
  ///   - beside: bytes that the caller takes meanwhile: for the photo where it is not decoded yet, or for what is done
  ///     with the restored image beside encoding it.
  ///   - left: bytes that may still be taken; nil for what `budget` leaves, with the decoded photo in memory.
  /// - Throws: `InputError` when the photo cannot be restored in any tiles, or not in those that were requested.
  package func fitting(
    _ file: String, _ photo: PhotoSize, into result: ResultForm = .image, beside: Double = 0, left: Int? = nil
  ) throws(InputError) -> MemoryFit {
    func need(tile: Int?) -> MemoryNeed {
      var need = self.need(photo, tile: tile, into: result)
      need.others += beside
      return need
    }
    let asked = need(tile: tile).bytes
    let left = left ?? memoryLeft(for: asked)
    let stacks = StoragePool.shared.isUnderLimit ? MachineMemory().stacksToCome(threads: ComputeThreads.count) : 0
    func fits(tile: Int?) -> Bool {
      let need = need(tile: tile)
      return need.bytes <= Double(left)
        && StoragePool.shared.reserve(Int(need.tensors), others: Int(need.others) + stacks)
    }
    if fits(tile: tile) { return MemoryFit(restorer: self, bytes: Int(asked), note: nil) }
    // Why not: the estimate, or the system.
    let isRefused = asked <= Double(left)
    let found = "\(photo.width) x \(photo.height) pixels"
    let largest = largestTile(photo) { fits(tile: $0) }
    if let tile {
      let smaller = largest.map { "tiles of at most \($0)" } ?? "a smaller image"
      throw InputError(
        file, expected: isRefused ? smaller : "\(smaller), for \(gigabytes(left)) of memory",
        found: "\(found) in tiles of \(tile), for about \(gigabytes(asked))"
          + (isRefused ? ", which the system refuses" : ""))
    }
    guard let largest else {
      let least = need(tile: memory.sizeMultiple).bytes, isRefused = least <= Double(left)
      throw InputError(
        file, expected: isRefused ? "a smaller image" : "a smaller image, for \(gigabytes(left)) of memory",
        found: "\(found), for about \(gigabytes(least)) in the smallest tiles, of which the whole output takes"
          + " \(gigabytes(self.bytes(ofOutput: photo, result)))"
          + (isRefused ? ", which the system refuses" : ""))
    }
    // The search may have ended with a reservation that was refused.
    _ = fits(tile: largest)
    var tiled = self
    tiled.tile = largest
    let reason = isRefused ? "the system refuses it" : "\(gigabytes(left)) is left"
    return MemoryFit(
      restorer: tiled, bytes: Int(need(tile: largest).bytes),
      note: "in tiles of \(largest) x \(largest), as the whole would take about \(gigabytes(asked)) and \(reason)")
  }

  /// What restoring and encoding takes beside the decoded photo.
  ///
  /// What is freed of tensors stays with the pool, so the restored samples and the encoded file come on top.
  private func need(_ photo: PhotoSize, tile: Int?, into result: ResultForm) -> MemoryNeed {
    // Samples, and the encoder's bytes with their copy, each as much again where noise does not compress; with alpha,
    // the samples without it.
    let samples = photo.bytes * Double(task.scale * task.scale) * (photo.hasAlpha ? 4 : 3)
    let tensors = tensorBytes(photo, tile: tile, into: result)
    return MemoryNeed(
      tensors: tensors * RestorationMemory.heldPerByte, others: Double(ProcessMemory.firstWork) + samples)
  }

  /// Of a whole result.
  private func bytes(ofOutput photo: PhotoSize, _ result: ResultForm) -> Double {
    switch result {
    case .tensor: memory.output(width: photo.width, height: photo.height)
    case .image: photo.bytes * Double(task.scale * task.scale)
    }
  }

  /// The bytes of tensors at the peak, the photo's own among them.
  func tensorBytes(_ photo: PhotoSize, tile: Int?, into result: ResultForm = .image) -> Double {
    guard let tile else { return wholeBytes(photo) }
    let tiles = Tiles(
      height: photo.height, width: photo.width, side: tile, overlap: overlap, sizeMultiple: memory.sizeMultiple)
    let (width, height) = tiles.largest
    let part = wholeBytes(PhotoSize(width: width, height: height, channels: photo.channels, bitDepth: photo.bitDepth))
    switch result {
    case .image: return part
    case .tensor:
      let crop = width == photo.width ? 0 : memory.input(width: width, height: height)
      return memory.input(width: photo.width, height: photo.height)
        + memory.output(width: photo.width, height: photo.height) + crop + part
    }
  }

  /// The bytes of tensors for a photo, or a tile, that the model restores at once.
  private func wholeBytes(_ photo: PhotoSize) -> Double {
    let (width, height) = (photo.width, photo.height), memory = memory
    let input = memory.input(width: width, height: height), output = memory.output(width: width, height: height)
    // While the model runs, and after it, when results are put together.
    var during = memory.whole(width: width, height: height), after = input + output
    if selfEnsemble {
      // The turned input and the sum so far; then the sum, a result, and the same turned back.
      during += input + output
      after += input + 2 * output
    }
    if task.channels == 1, !photo.isGray {
      // One channel after the other: the colours and the finished channels are held; then all channels, apart and
      // joined.
      during += 3 * input + 2 * output
      after += 3 * input + 5 * output
    }
    return max(during, after)
  }

  private var memory: RestorationMemory { measured.of(model) }

  /// The side of the largest tiles that fit, a multiple of the model's size multiple; nil where none do.
  private func largestTile(_ photo: PhotoSize, fits: (_ side: Int) -> Bool) -> Int? {
    let step = memory.sizeMultiple
    var side = max(photo.width, photo.height).roundedUp(toMultipleOf: step) - step
    while side > 0, !fits(side) { side -= step }
    return side > 0 ? side : nil
  }

  /// What the budget leaves; where that is not enough, or a limit of addresses counts it, idle memory is given back
  /// first.
  private func memoryLeft(for bytes: Double) -> Int {
    StoragePool.shared.endReservation()
    let left = budget.left
    if bytes <= Double(left), !StoragePool.shared.isUnderLimit { return left }
    StoragePool.shared.trim()
    ProcessMemory.returnFreed()
    return budget.left
  }
}

private func gigabytes(_ bytes: Int) -> String { gigabytes(Double(bytes)) }

private func gigabytes(_ bytes: Double) -> String { "\((bytes / 1e9).fixed(bytes < 1e8 ? 2 : 1)) GB" }
