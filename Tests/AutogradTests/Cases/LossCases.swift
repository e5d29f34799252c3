import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  /// The losses, by name.
  enum Loss: String, CaseIterable {
    case l1, mse, charbonnier, smoothL1, huber, psnr, ssim, fourier, edge, variation

    /// Needs a feature map, of at least 11 x 11 pixels.
    var needsMap: Bool { [.ssim, .fourier, .edge, .variation].contains(self) }
    var needsWindow: Bool { self == .ssim }
  }

  static func loss(_ loss: Loss, _ shape: Shape) -> OperationCheck {
    var random = RandomNumbers(seed: 5)
    let target = Tensor((0..<shape.count).map { _ in random.normalPair().0 }, shape)
    let epsilon = 0.1
    return OperationCheck("\(loss) \(shape)", [Operand("output", shape)]) { v in
      switch loss {
      case .l1: l1Loss(v.output, target)
      case .mse: mseLoss(v.output, target)
      case .charbonnier: charbonnierLoss(v.output, target, epsilon: epsilon)
      case .smoothL1: smoothL1Loss(v.output, target, beta: 0.7)
      case .huber: huberLoss(v.output, target, delta: 0.7)
      case .psnr: psnrLoss(v.output, target, epsilon: epsilon)
      case .ssim: ssimLoss(v.output, target, dataRange: 2)
      case .fourier: fourierAmplitudeLoss(v.output, target)
      case .edge: edgeLoss(v.output, target, epsilon: epsilon)
      case .variation: totalVariationLoss(v.output)
      }
    } twin: { v in
      let target = DoubleTensor(target)
      return switch loss {
      case .l1: Twin.l1(v.output, target)
      case .mse: Twin.mse(v.output, target)
      case .charbonnier: Twin.charbonnier(v.output, target, epsilon: epsilon)
      case .smoothL1: Twin.smoothL1(v.output, target, beta: 0.7)
      case .huber: Twin.huber(v.output, target, delta: 0.7)
      case .psnr: Twin.psnrLoss(v.output, target, epsilon: epsilon)
      case .ssim: Twin.ssimLoss(v.output, target, dataRange: 2)
      case .fourier: Twin.fourierAmplitude(v.output, target)
      case .edge: Twin.edgeLoss(v.output, target, epsilon: epsilon)
      case .variation: Twin.totalVariation(v.output)
      }
    }
  }
}
