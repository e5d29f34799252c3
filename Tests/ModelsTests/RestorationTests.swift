import RAMiTAutograd
import RAMiTImaging
import RAMiTMetrics
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import Testing

/// What surrounds the model when it restores one image and is scored.
struct RestorationTests {
  @Test func paddingMirrorsAtTheBottomAndTheRight() {
    let image = Tensor((0..<6).map(Float.init), [2, 3, 1])
    #expect(ImagePadding(multiple: 1).padded(image).array == image.array)
    let padded = ImagePadding(multiple: 8).padded(image)
    #expect(padded.shape == [8, 8, 1])
    #expect(Array(padded.array[0..<8]) == [0, 1, 2, 2, 1, 0, 0, 1])
    let firstColumn = (0..<8).map { padded.array[$0 * 8] }
    #expect(firstColumn == [0, 3, 3, 0, 0, 3, 3, 0])
  }

  /// The model sees a padded image, and what it made of the padding is cut off.
  @Test func wholeImagesArePaddedAndCut() {
    let image = Tensor((0..<30).map(Float.init), [5, 6, 1])
    let model = Doubling()
    let restored = model.restore(image)
    #expect(model.seen == [1, 8, 8, 1])
    #expect(restored.shape == [10, 12, 1])
    for y in 0..<10 {
      for x in 0..<12 { #expect(restored.array[y * 12 + x] == image.array[y / 2 * 6 + x / 2]) }
    }
  }

  /// Makes a square of four of each pixel of 1 x H x W x 1, and notes the shapes that it gets.
  private final class Doubling: RestorationModel {
    struct Architecture: RestorationArchitecture {
      var task: RestorationTask
      func makeModel(_ scope: ParameterScope) -> any RestorationModel { Doubling() }
    }

    let architecture = Architecture(task: .x2)
    let sizeMultiple = 4
    let parameters = ParameterStore(ParameterScope(seed: nil))
    var seen = Shape([])

    func callAsFunction(
      _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
    ) -> Variable {
      seen = images.shape
      let (height, width, x) = (images.shape[1], images.shape[2], images.value.array)
      let values = (0..<4 * height * width).map { x[$0 / (2 * width) / 2 * width + $0 % (2 * width) / 2] }
      return Variable(constant: Tensor(values, [1, 2 * height, 2 * width, 1]))
    }
  }

  @Test func protocolOfEachTask() {
    #expect(RestorationTask.x3.scoredChannels == .luma && RestorationTask.x3.scoredBorder == 3)
    #expect(RestorationTask.dr.scoredChannels == .luma && RestorationTask.dr.scoredBorder == 0)
    #expect(RestorationTask.dn.scoredChannels == .rgb && RestorationTask.dn.scoredBorder == 0)
    #expect(RestorationTask.x4.smallestScoredInput == 5 && RestorationTask.lle.smallestScoredInput == 11)
  }

  @Test func theBorderIsNotScored() {
    let target = Image(width: 32, height: 32, channels: 3, samples: .uint8((0..<3072).map { UInt8($0 * 7 % 256) }))
    guard case .uint8(var values) = target.samples else { return }
    for i in 0..<96 * 2 { values[i] = 0 }
    let restored = Image(width: 32, height: 32, channels: 3, samples: .uint8(values))
    #expect(RestorationTask.x2.score(restored, against: target) == Score(psnr: .infinity, ssim: 1))
    #expect(RestorationTask.dr.score(restored, against: target).psnr < 40)
  }

  /// 16 bits are scored as the 8 bits that they round to.
  @Test func deepTargetsAreScored() {
    let deep = Image(width: 16, height: 16, channels: 1, samples: .uint16((0..<256).map { UInt16($0 * 257) }))
    let flat = Image(width: 16, height: 16, channels: 1, samples: .uint8((0..<256).map { UInt8($0) }))
    #expect(RestorationTask.graydn.score(flat, against: deep).psnr == .infinity)
  }
}
