import Foundation
import RAMiTAutograd
import RAMiTEvaluation
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTensorCore
import Testing

@testable import RAMiTFigures

/// Local attribution maps: they add up, and the index is what its definition says.
@Suite struct AttributionTests {
  /// Numbers and their Gini coefficients.
  private static let known: [([Float], Double)] = [
    ([1, 1, 1, 1], 0), ([0, 0, 0, 4], 0.75), ([1, 2, 3, 4], 0.25), ([4, 2, 3, 1], 0.25), ([0, 0], 0), ([], 0), ([5], 0),
  ]

  @Test(arguments: known)
  func gini(_ values: [Float], expected: Double) {
    #expect(abs(giniCoefficient(values) - expected) < 1e-12)
    #expect(abs(diffusionIndex(values) - 100 * (1 - expected)) < 1e-9)
  }

  /// The sum over all pairs, as the definition has it.
  @Test func giniIsTheMeanDifference() {
    let values = (0..<57).map { Float(($0 * 37) % 23) * 0.3 }
    let mean = values.reduce(0, +) / 57
    var sum: Float = 0
    for a in values { for b in values { sum += abs(a - b) } }
    #expect(abs(giniCoefficient(values) - Double(sum / (2 * 57 * 57 * mean))) < 1e-6)
  }

  @Test func thePathEndsAtTheImage() {
    let path = BlurPath(image: picture(width: 9, height: 7, channels: 3).tensor(), sigma: 1.2)
    #expect(path.image(at: 1).array == path.image.array)
    let flat = BlurPath(image: Tensor(repeating: 0.4, [6, 5, 1]), sigma: 2)
    #expect(flat.image(at: 0).array.allSatisfy { abs($0 - 0.4) < 1e-6 })
    #expect(flat.derivative(at: 0.3).array.allSatisfy { abs($0) < 1e-6 })
  }

  @Test(arguments: [0.0, 0.25, 0.6, 0.9]) func theDerivativeIsThatOfThePath(t: Double) {
    let path = BlurPath(image: picture(width: 8, height: 10, channels: 2).tensor(), sigma: 1.2)
    let step = 1e-3
    let (before, after) = (path.image(at: t - step), path.image(at: t + step))
    let derivative = path.derivative(at: t)
    for i in 0..<derivative.count {
      let difference = (Double(after.pointer[i]) - Double(before.pointer[i])) / (2 * step)
      #expect(abs(difference - Double(derivative.pointer[i])) < 2e-3)
    }
  }

  @Test(arguments: [RestorationTask.x2, .dn]) func contributionsAddUp(task: RestorationTask) throws {
    let model = smallModel(task)
    let input = picture(width: 20, height: 17, channels: 3).tensor()
    let patch = PixelRectangle(x: 9, y: 5, width: 8, height: 6)
    let map = LocalAttribution(of: model, input: input, patch: patch)
    #expect(map.error < 0.01 && abs(map.change) > 1e-3, "\(map.sum), \(map.change)")
    #expect(map.contributions.count == 20 * 17 && map.width == 20)
    let sum = map.contributions.reduce(0) { $0 + Double($1) }
    #expect(abs(sum - map.sum) < 1e-3 * abs(map.sum) + 1e-5)
    #expect(map.detected == LocalAttribution.detect(model, input, patch).value)
    #expect(model.parameters.parameters.allSatisfy { $0.requiresGradient })
    #expect((0...100).contains(map.diffusionIndex))
  }

  @Test func theGradientIsThatOfTheDetector() {
    let model = smallModel(.x2), patch = PixelRectangle(x: 8, y: 8, width: 6, height: 6)
    let input = picture(width: 16, height: 16, channels: 3).tensor()
    let gradient = LocalAttribution.detect(model, input, patch).gradient
    let largest = gradient.array.map(abs).max()!
    for place in [3 * (5 * 16 + 5), 3 * (7 * 16 + 6) + 1, 3 * (6 * 16 + 4) + 2] {
      func detected(_ step: Float) -> Double {
        let moved = input.copy()
        moved.pointer[place] += step
        return LocalAttribution.detect(model, moved, patch).value
      }
      let difference = Float((detected(2e-3) - detected(-2e-3)) / 4e-3)
      #expect(abs(difference - gradient.pointer[place]) < 0.03 * largest)
    }
  }

  @Test func theFigureHasAPanelForEachModel() throws {
    try withPhoto(width: 40, height: 32) { path in
      let images = try FigureImages(target: path, input: nil, task: .x2, sigma: 0)
      let models = ["first", "second"].map { FigureModel(label: $0, model: smallModel(.x2)) }
      var settings = LocalAttribution.Settings()
      settings.mostSteps = settings.steps
      let figure = try AttributionFigure(images, models: models, patch: images.middle(side: 8), settings: settings)
      #expect(figure.rows.map(\.model) == ["first", "second"] && figure.rows.allSatisfy { $0.patch == "8x8+16+12" })
      #expect(figure.rows[0].diffusionIndex == figure.rows[1].diffusionIndex)
      for box in [PixelRectangle(x: 33, y: 0, width: 8, height: 8), PixelRectangle(x: 0, y: 0, width: 1, height: 8)] {
        expectInputError("--box") { try AttributionFigure(images, models: models, patch: box, settings: settings) }
      }
    }
  }
}
