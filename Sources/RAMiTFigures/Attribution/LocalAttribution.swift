import Foundation
import RAMiTAutograd
import RAMiTImaging
import RAMiTModels
import RAMiTTensorCore

/// A local attribution map: how much each pixel of the input contributes to the details of a patch of the output
/// (Jinjin Gu and Chao Dong: "Interpreting Super-Resolution Networks with Local Attribution Maps", CVPR 2021).
///
/// The gradients of a detector are integrated along a path of images, from a blurred input, which has no details, to
/// the input itself. The detector is the sum of the absolute gradients of the output in the patch. By the theorem of
/// path integrals the contributions add up to the change of the detector along the path.
public struct LocalAttribution: Sendable {
  /// How the integral is computed.
  public struct Settings: Sendable {
    /// The standard deviation of the blur at the beginning, in pixels of the input.
    public var sigma = 1.2
    /// The first number of steps; it is doubled until the contributions add up to the change.
    public var steps = 32
    /// Doubling ends here.
    public var mostSteps = 512
    /// How far the sum of the contributions may be from the change, as a share of it.
    public var tolerance = 0.005

    /// The published sigma; steps until the sum is within 0.5 % of the change.
    public init() {}
  }

  /// The input's sides, in pixels.
  public let height, width: Int
  /// The contributions of the pixels, row by row, channels added; they may be negative.
  public let contributions: [Float]
  /// The detector with the input, and with the blurred input.
  public let detected, blurredDetected: Double
  /// The sum of all contributions.
  public let sum: Double
  /// Steps of the path that were computed.
  public let steps: Int

  /// What the contributions should add up to.
  public var change: Double { detected - blurredDetected }
  /// The difference between the sum and the change, as a share of the change.
  public var error: Double { abs(sum - change) / max(abs(change), .leastNormalMagnitude) }
  /// How far the contributions spread: see `diffusionIndex(_:)`.
  public var diffusionIndex: Double { RAMiTFigures.diffusionIndex(contributions.map(abs)) }

  /// Computes the map of a patch.
  ///
  /// The model's parameters get no gradients. The result is the same whatever the number of threads.
  /// - Parameters:
  ///   - input: H x W x the task's channels, in [0, 1].
  ///   - patch: the rectangle of the output.
  ///   - progress: called with the number of steps so far and those of the current round.
  /// - Precondition: the patch has at least 2 x 2 pixels and lies inside the output; settings are positive.
  public init(
    of model: any RestorationModel, input: Tensor, patch: PixelRectangle, settings: Settings = Settings(),
    progress: (_ done: Int, _ steps: Int) -> Void = { _, _ in }
  ) {
    let scale = model.task.scale
    require(
      patch.width >= 2 && patch.height >= 2
        && patch.isInside(width: input.shape[1] * scale, height: input.shape[0] * scale),
      "a patch \(patch) of an output of \(input.shape[1] * scale) x \(input.shape[0] * scale)")
    require(settings.sigma > 0 && settings.steps > 0, "sigma and steps are positive")
    let frozen = model.parameters.parameters.filter(\.requiresGradient)
    for parameter in frozen { parameter.requiresGradient = false }
    defer { for parameter in frozen { parameter.requiresGradient = true } }
    let path = BlurPath(image: input, sigma: settings.sigma)
    var total = [Double](repeating: 0, count: input.count)
    var done = 0

    /// Adds what a place of the path contributes.
    func add(_ t: Double, weight: Double, round: Int) -> Double {
      let (value, gradient) = Self.detect(model, path.image(at: t), patch)
      let change = path.derivative(at: t)
      for i in 0..<input.count { total[i] += weight * Double(gradient.pointer[i]) * Double(change.pointer[i]) }
      done += 1
      progress(done, round)
      return value
    }

    // The trapezoidal rule: when the number of steps doubles, the places between the ones before are added.
    var steps = settings.steps
    let first = add(0, weight: 0.5, round: steps + 1), last = add(1, weight: 0.5, round: steps + 1)
    for step in 1..<max(2, steps) where step < steps {
      _ = add(Double(step) / Double(steps), weight: 1, round: steps + 1)
    }
    func error() -> Double {
      abs(total.reduce(0, +) / Double(steps) - (last - first)) / max(abs(last - first), .leastNormalMagnitude)
    }
    while error() > settings.tolerance, 2 * steps <= settings.mostSteps {
      for step in 0..<steps {
        _ = add((Double(step) + 0.5) / Double(steps), weight: 1, round: 2 * steps + 1)
      }
      steps *= 2
    }
    let channels = input.shape[2]
    (height, width, self.steps) = (input.shape[0], input.shape[1], steps)
    (detected, blurredDetected) = (last, first)
    sum = total.reduce(0, +) / Double(steps)
    contributions = (0..<input.shape[0] * input.shape[1]).map { pixel in
      Float((0..<channels).reduce(0) { $0 + total[pixel * channels + $1] } / Double(steps))
    }
  }

  /// The detector of an input, and its gradient.
  static func detect(
    _ model: any RestorationModel, _ input: Tensor, _ patch: PixelRectangle
  ) -> (value: Double, gradient: Tensor) {
    let shape = Shape([1] + input.shape.dimensions)
    let gradient = Tensor(zeros: shape), tape = Tape()
    let detected = tape.record {
      let image = Variable(leaf: input.reshaped(shape), gradient: gradient)
      return detector(model(model.padding.padded(image)), patch)
    }
    let value = Double(detected.value.scalar)
    tape.backward(from: detected)
    return (value, gradient.reshaped(input.shape))
  }

  /// The sum of the lengths of the gradients in a patch: differences to the next pixel at the right and below.
  private static func detector(_ output: Variable, _ patch: PixelRectangle) -> Variable {
    let part = output.cropped(top: patch.y, left: patch.x, height: patch.height, width: patch.width)
    let (rows, columns) = (0..<patch.height - 1, 0..<patch.width - 1)
    let here = part.sliced(axis: 1, rows).sliced(axis: 2, columns)
    let below = part.sliced(axis: 1, 1..<patch.height).sliced(axis: 2, columns)
    let right = part.sliced(axis: 1, rows).sliced(axis: 2, 1..<patch.width)
    // The root of 0 has no gradient; a ten-thousandth of white is far below what can be seen.
    return ((below - here).square() + (right - here).square() + 1e-8).sqrt().sum()
  }
}
