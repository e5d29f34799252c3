import RAMiTAutograd
import RAMiTTensorCore

extension TorchOperations {
  static let normalization: [String: Operation] = [
    "layerNorm": { v, _ in [layerNorm(v[0], weight: v.at(1), bias: v.at(2))] },
    "rmsNorm": { v, _ in [rmsNorm(v[0], weight: v.at(1))] },
    "groupNorm": { v, a in [groupNorm(v[0], groups: a.int("groups"), weight: v.at(1), bias: v.at(2))] },
    "instanceNorm": { v, _ in [instanceNorm(v[0], weight: v.at(1), bias: v.at(2))] },
    "batchNorm": { v, _ in [batchNorm(v[0], weight: v.at(1), bias: v.at(2)).y] },
    "batchNormEvaluation": { v, _ in
      [batchNorm(v[0], mean: v[1].value, variance: v[2].value, weight: v.at(3), bias: v.at(4))]
    },
    "l2Normalize": { v, a in [l2Normalize(v[0], axis: a.int("axis"))] },
  ]

  static let convolutions: [String: Operation] = [
    "conv2d": { v, a in
      [
        conv2d(
          v[0], weight: v[1], bias: v.at(2), stride: a.int("stride"), padding: a.int("padding"),
          dilation: a.int("dilation"), groups: a.int("groups"))
      ]
    },
    "depthwiseConv2d": { v, a in
      [
        depthwiseConv2d(
          v[0], weight: v[1], bias: v.at(2), stride: a.int("stride"), padding: a.int("padding"),
          dilation: a.int("dilation"))
      ]
    },
    "convTranspose2d": { v, a in
      [
        convTranspose2d(
          v[0], weight: v[1], bias: v.at(2), stride: a.int("stride"), padding: a.int("padding"),
          outputPadding: a.int("outputPadding"), dilation: a.int("dilation"), groups: a.int("groups"))
      ]
    },
  ]

  static let pooling: [String: Operation] = [
    "maxPool2d": { v, a in
      [maxPool2d(v[0], kernelSize: a.int("kernelSize"), stride: a.int("stride"), padding: a.int("padding"))]
    },
    "avgPool2d": { v, a in
      [
        avgPool2d(
          v[0], kernelSize: a.int("kernelSize"), stride: a.int("stride"), padding: a.int("padding"),
          countIncludesPadding: a.flag("countIncludesPadding"))
      ]
    },
    "adaptiveAvgPool2d": { v, a in
      [adaptiveAvgPool2d(v[0], height: a.ints("size")[0], width: a.ints("size")[1])]
    },
    "globalAvgPool2d": { v, _ in [globalAvgPool2d(v[0])] },
    "interpolate": { v, a in
      [
        interpolate(
          v[0], height: a.ints("size")[0], width: a.ints("size")[1], mode: InterpolationMode(rawValue: a.text("mode"))!,
          alignCorners: a.flag("alignCorners"), antialias: a.flag("antialias"))
      ]
    },
    "interpolateByFactor": { v, a in
      [interpolate(v[0], scale: a.double("scale"), mode: InterpolationMode(rawValue: a.text("mode"))!)]
    },
  ]

  static let losses: [String: Operation] = [
    "l1Loss": { v, _ in [l1Loss(v[0], v[1].value)] },
    "mseLoss": { v, _ in [mseLoss(v[0], v[1].value)] },
    "charbonnierLoss": { v, a in [charbonnierLoss(v[0], v[1].value, epsilon: a.double("epsilon"))] },
    "smoothL1Loss": { v, a in [smoothL1Loss(v[0], v[1].value, beta: a.double("beta"))] },
    "huberLoss": { v, a in [huberLoss(v[0], v[1].value, delta: a.double("delta"))] },
    "psnrLoss": { v, a in [psnrLoss(v[0], v[1].value, epsilon: a.double("epsilon"))] },
    "ssimLoss": { v, _ in [ssimLoss(v[0], v[1].value)] },
    "edgeLoss": { v, a in [edgeLoss(v[0], v[1].value, epsilon: a.double("epsilon"))] },
    "fourierAmplitudeLoss": { v, _ in [fourierAmplitudeLoss(v[0], v[1].value)] },
    "totalVariationLoss": { v, _ in [totalVariationLoss(v[0])] },
  ]
}

extension [Variable] {
  /// Nil past the end: an operand that the case leaves out.
  fileprivate func at(_ place: Int) -> Variable? { place < count ? self[place] : nil }
}
