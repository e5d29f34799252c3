import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTensorCore
import Synchronization
import Testing

@testable import RAMiTInference

/// Photos of all kinds through a model, whole, in tiles and averaged.
struct RestorerTests {
  @Test func kindsOfPhotosAreKept() throws {
    let restorer = Restorer(smallModel(.x2))
    for channels in 1...4 {
      let photo = picture(width: 21, height: 18, channels: channels)
      let restored = try restorer.restore(photo)
      #expect(restored.channels == channels && restored.width == 42 && restored.height == 36 && restored.bitDepth == 8)
    }
    let deep = Image(width: 9, height: 8, channels: 3, samples: .uint16((0..<216).map { UInt16($0 * 300) }))
    #expect(try restorer.restore(deep).bitDepth == 16)
  }

  /// The share that is done grows to about 1, whole, in tiles and averaged, and telling it changes nothing.
  @Test(arguments: [nil, 32], [false, true]) func progressOfAnImage(tile: Int?, selfEnsemble: Bool) {
    var restorer = Restorer(smallModel(.x2))
    (restorer.tile, restorer.overlap, restorer.selfEnsemble) = (tile, 8, selfEnsemble)
    let image = picture(width: 70, height: 50, channels: 3).tensor()
    let plain = restorer(image)
    let shares = Mutex<[Double]>([])
    restorer.progress = { share in shares.withLock { $0.append(share) } }
    #expect(restorer(image).array == plain.array)
    let told = shares.withLock { $0 }
    #expect(told.count > 10 && told == told.sorted() && told[0] < 0.2 && told.last! > 0.7 && told.last! <= 1)
  }

  /// A disk on nothing: what its hidden colours are changes nothing, and alpha is exact where it is even.
  @Test(arguments: [2, 4], [8, 16]) func hiddenColorsAndAlpha(channels: Int, bits: Int) throws {
    let restorer = Restorer(smallModel(.x2)), side = 24, top = bits == 8 ? 255 : 65535
    func photo(hidden: Int) -> Image {
      let values = (0..<side * side * channels).map { i in
        let (x, y) = (i / channels % side, i / channels / side)
        let isVisible = (x - 12) * (x - 12) + (y - 12) * (y - 12) < 64
        return i % channels == channels - 1 ? (isVisible ? top : 0) : isVisible ? x * 10 : hidden
      }
      let samples: Image.Samples = bits == 8 ? .uint8(values.map { UInt8($0) }) : .uint16(values.map { UInt16($0) })
      return Image(width: side, height: side, channels: channels, samples: samples)
    }
    let restored = try restorer.restore(photo(hidden: 0))
    #expect(try restored == restorer.restore(photo(hidden: top)))
    #expect(restored.channels == channels && restored.bitDepth == bits)
    func alpha(_ x: Int, _ y: Int) -> Int {
      switch restored.alpha!.samples {
      case .uint8(let values): Int(values[y * 2 * side + x])
      case .uint16(let values): Int(values[y * 2 * side + x])
      }
    }
    for y in 0..<2 * side {
      for x in 0..<2 * side {
        let distance = ((Double(x) - 24.5) * (Double(x) - 24.5) + (Double(y) - 24.5) * (Double(y) - 24.5)).squareRoot()
        if distance < 8 { #expect(alpha(x, y) == top) }
        if distance > 24 { #expect(alpha(x, y) == 0) }
      }
    }
  }

  /// Opaque alpha changes nothing, and an image of which nothing is visible is restored too.
  @Test func opaqueAndClearPhotos() throws {
    let restorer = Restorer(smallModel(.x2))
    let photo = picture(width: 12, height: 11, channels: 3)
    func with(_ alpha: UInt8, _ count: Int) -> Image {
      let side = count / 11
      return Image(width: side, height: 11, channels: 1, samples: .uint8([UInt8](repeating: alpha, count: count)))
    }
    let plain = try restorer.restore(photo)
    for alpha: UInt8 in [0, 77, 255] {
      let restored = try restorer.restore(photo.with(alpha: with(alpha, 132)))
      #expect(restored.opaque == plain)
      #expect(restored.alpha?.samples == .uint8([UInt8](repeating: alpha, count: 528)))
    }
  }

  @Test func alphaStaysWhereSizesStay() throws {
    let photo = picture(width: 12, height: 11, channels: 4)
    #expect(try Restorer(smallModel(.dn)).restore(photo).alpha == photo.alpha)
  }

  /// A model of gray images restores colour channel by channel.
  @Test func colorThroughAGrayModel() throws {
    let restorer = Restorer(smallModel(.graydn))
    let photo = picture(width: 12, height: 10, channels: 3)
    let restored = try restorer.restore(photo)
    #expect(restored.channels == 3)
    guard case .uint8(let values) = photo.samples, case .uint8(let result) = restored.samples else { return }
    let green = Image(
      width: 12, height: 10, channels: 1, samples: .uint8((0..<120).map { values[$0 * 3 + 1] }))
    #expect(try restorer.restore(green).samples == .uint8((0..<120).map { result[$0 * 3 + 1] }))
  }

  @Test func aResultThatIsNotFiniteIsRefused() {
    let model = smallModel(.x2)
    model.parameters.values.pointer[0] = .nan
    let photo = picture(width: 12, height: 10, channels: 3)
    #expect(
      throws: InputError("a.png", expected: "a finite result", found: "1440 of 1440 values not finite")
    ) { try Restorer(model).restore(photo, named: "a.png") }
    var tiled = Restorer(model)
    tiled.tile = 32
    #expect(
      throws: InputError("b.png", expected: "a finite result", found: "46080 of 46080 values not finite")
    ) { try tiled.restore(picture(width: 90, height: 60, channels: 3), named: "b.png") }
  }

  /// What a tile keeps is what the whole has, as long as the model looks no farther than the overlap.
  @Test func tilesFitTogether() {
    let image = picture(width: 90, height: 70, channels: 3).tensor()
    let tiles = Tiles(height: image.shape[0], width: image.shape[1], side: 20, overlap: 1, sizeMultiple: 32)
    var sizes: Set<Shape> = []
    let result = tiles.restore(image, scale: 2) { part in
      sizes.insert(part.shape)
      return doubled(part)
    }
    #expect(result.array == doubled(image).array)
    // Rows 0 to 64 with the overlap, 0 to 70, 32 to 70; columns alike.
    #expect(sizes.contains([64, 64, 3]) && sizes.contains([70, 90, 3]) && sizes.contains([38, 58, 3]))
  }

  @Test func tilesOfAModelAreNearTheWhole() {
    let image = picture(width: 80, height: 40, channels: 3).tensor()
    var restorer = Restorer(smallModel(.x2))
    let whole = restorer(image)
    restorer.tile = 32
    let tiled = restorer(image)
    #expect(tiled.shape == whole.shape && tiled.array != whole.array)
    let worst = zip(tiled.array, whole.array).map { abs($0 - $1) }.max()!
    #expect(worst < 0.2, "\(worst)")
    restorer.tile = 1024
    #expect(restorer(image).array == whole.array)
  }

  /// A photo of any kind is restored in tiles as its numbers are, and rounded once.
  @Test(arguments: [1, 3, 4], [8, 16]) func tilesOfAPhoto(channels: Int, bitDepth: Int) throws {
    let photo = Image(picture(width: 80, height: 45, channels: channels).tensor(), bitDepth: bitDepth)
    var restorer = Restorer(smallModel(.x2))
    restorer.tile = 32
    restorer.overlap = 16
    for selfEnsemble in [false, true] {
      restorer.selfEnsemble = selfEnsemble
      let restored = try restorer.restore(photo)
      #expect(restored.width == 160 && restored.height == 90 && restored.bitDepth == bitDepth)
      if channels == 3 { #expect(restored == Image(restorer(photo.tensor()), bitDepth: bitDepth)) }
      if channels == 1 {
        #expect(restored == Image(restorer(photo.rgb().tensor()), bitDepth: bitDepth).grayscale())
      }
      if channels == 4 {
        let colors = photo.fillingTransparentColors().opaque
        #expect(restored.opaque == Image(restorer(colors.tensor()), bitDepth: bitDepth))
      }
    }
  }

  @Test func colorsByAModelOfGrayImagesInTiles() throws {
    var restorer = Restorer(smallModel(.graydn))
    let photo = picture(width: 70, height: 33, channels: 3)
    restorer.tile = 32
    let restored = try restorer.restore(photo)
    for channel in 0..<3 {
      #expect(restored.channel(channel) == Image(restorer(photo.channel(channel).tensor())))
    }
  }

  /// The share that is told begins at 0, grows to 1, and counts the passes over colours and alpha as one work.
  @Test(arguments: [nil, 32]) func progressGrowsOnce(tile: Int?) throws {
    let shares = Mutex<[Double]>([])
    var restorer = Restorer(smallModel(.x2))
    restorer.tile = tile
    restorer.progress = { share in shares.withLock { $0.append(share) } }
    _ = try restorer.restore(picture(width: 80, height: 64, channels: 4))
    let told = shares.withLock(\.self)
    #expect(told == told.sorted() && told.count > 10)
    #expect(try #require(told.first) < 0.1 && #require(told.last) > 0.9)
  }

  /// The mean over all symmetries turns with the image.
  @Test func selfEnsembleTurnsWithTheImage() {
    var restorer = Restorer(smallModel(.x2))
    restorer.selfEnsemble = true
    let image = picture(width: 32, height: 32, channels: 3).tensor()
    let once = restorer(image)
    for symmetry in Symmetry.allCases.dropFirst() {
      let turned = restorer(image.turned(symmetry)).turned(symmetry.inverse)
      #expect(zip(once.array, turned.array).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  /// Each pixel of H x W x C as a square of four.
  private func doubled(_ x: Tensor) -> Tensor {
    let (height, width, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let result = Tensor(uninitialized: [2 * height, 2 * width, channels])
    for y in 0..<2 * height {
      for i in 0..<2 * width * channels {
        let (column, channel) = (i / channels / 2, i % channels)
        result.pointer[y * 2 * width * channels + i] = x.pointer[(y / 2 * width + column) * channels + channel]
      }
    }
    return result
  }
}
