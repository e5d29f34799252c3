import Foundation
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels
import RAMiTOptimizers

/// A whole configuration of a built-in model.
package typealias BuiltInRun = RunConfiguration<BuiltInArchitecture>

/// What Tables A (a) and H tell of models and their training, in words.
package enum PaperSetting: String, CaseIterable, Decodable, Sendable {
  case operating, importance, windowShift, positionalEncoding, selfAttention, layerNorm, problems
  case dim, depths, heads, channelHeadRatio, window, hiddenRatio, feedForwardActivation
  case expansion, groups, activation, attentionDropout, projectionDropout, stochasticDepth
  case optimizer, learningRate, decay, epochs

  package var title: String {
    switch self {
    case .operating: "operating"
    case .importance: "importance on"
    case .windowShift: "window shift"
    case .positionalEncoding: "positional encoding"
    case .selfAttention: "self-attention"
    case .layerNorm: "LN"
    case .problems: "solving problems"
    case .dim: "dim (C)"
    case .depths: "depths"
    case .heads: "num heads"
    case .channelHeadRatio: "chsa head ratio"
    case .window: "window size (M)"
    case .hiddenRatio: "FFN hidden ratio"
    case .feedForwardActivation: "FFN activation"
    case .expansion: "MobiVari exp factor"
    case .groups: "MobiVari expand groups"
    case .activation: "MobiVari activation"
    case .attentionDropout: "dropout, attention map"
    case .projectionDropout: "dropout, attention project"
    case .stochasticDepth: "drop path"
    case .optimizer: "optimizer"
    case .learningRate: "learning rate"
    case .decay: "learning rate decay"
    case .epochs: "epoch / total datapoints"
    }
  }

  /// What a configuration says, in the paper's words.
  /// - Parameter run: of a RAMiT.
  /// - Returns: nil for another model.
  package func text(of run: BuiltInRun) -> String? {
    guard case .ramit(let model) = run.model.architecture else { return nil }
    return modelText(model) ?? trainingText(run.training)
  }

  private func modelText(_ model: RAMiTConfiguration) -> String? {
    switch self {
    case .operating, .importance, .windowShift, .positionalEncoding, .selfAttention, .layerNorm, .problems:
      return attribute(of: model)
    case .dim: return "\(model.dim)"
    case .depths: return "\(model.depths)"
    case .heads: return "\(model.depths.map { _ in model.heads })"
    case .channelHeadRatio: return (100 * Double(model.channelHeads) / Double(model.heads)).fixed(0) + "%"
    case .window: return "\(model.window)"
    case .hiddenRatio: return "\(model.hiddenRatio)"
    case .feedForwardActivation: return "GELU"
    case .expansion: return "\(model.mobivari.width.expansion)"
    case .groups: return "\(model.mobivari.width.groups)"
    case .activation: return model.mobivari.activationName
    case .attentionDropout: return "\(model.attentionDropout)"
    case .projectionDropout: return "\(model.projectionDropout)"
    case .stochasticDepth: return "\(model.stochasticDepth)"
    case .optimizer, .learningRate, .decay, .epochs: return nil
    }
  }

  private func trainingText(_ training: TrainingConfiguration) -> String? {
    switch self {
    case .optimizer:
      guard case .adam(let adam) = training.optimizer else { return training.optimizer.kind.rawValue }
      return "Adam (\(adam.betas.map { "\($0)" }.joined(separator: ", "))), \(adam.epsilon.shortScientific)"
    case .learningRate:
      let rate = training.schedule.learningRate
      let batch = training.data.train.batch
      // The schedule's rule: what a batch of 64 has, and what one of 128 would have.
      let (one, two) = (rate.value(batch: batch, firstBatch: batch), rate.value(batch: 2 * batch, firstBatch: batch))
      return two == 2 * one ? "\(one * 64 / Double(batch)) x batch / 64" : "\(one)"
    case .decay: return training.schedule.gamma == 0.5 ? "half" : "times \(training.schedule.gamma)"
    case .epochs:
      guard let epochs = training.schedule.epochs else { return nil }
      guard let samples = try? training.publishedSamplesPerEpoch else { return "\(epochs)" }
      return "\(epochs) / \((Double(epochs * samples) / 1e6).fixed(0))M"
    default: return nil
    }
  }

  private func attribute(of model: RAMiTConfiguration) -> String? {
    switch self {
    case .operating: model.arrangement == .parallel ? "In parallel" : "Alternatively"
    case .importance:
      model.arrangement == .parallel && model.channelHeads * 2 < model.heads ? "SPSA more" : "Both equally"
    case .windowShift: model.windowShift ? "Cyclic" : "No use"
    case .positionalEncoding: model.positionEncoding == .relativeBias ? "Relative Position Bias" : "Convolution"
    case .selfAttention: model.similarity == .cosine ? "Scaled cosine" : "Scaled dot-product"
    case .layerNorm: model.normalization == .post ? "Post" : "Pre"
    default: nil
    }
  }
}

extension MobiVariConfiguration {
  /// As Table 4c has it.
  fileprivate var activationName: String {
    switch activation {
    case .leakyReLU: "LeakyReLU"
    case .relu: "ReLU"
    case .relu6: "ReLU6"
    case .gelu: "GELU"
    case .silu: "Swish"
    }
  }
}

extension Double {
  /// `1e-8` for 1e-08.
  fileprivate var shortScientific: String {
    String(format: "%g", self).replacing("e-0", with: "e-")
  }
}
