import Foundation
import RAMiTDiagnostics
import RAMiTSerialization

/// Weights that come with a program: the bytes of a safetensors file, whose notes describe the model.
///
/// A program gives them as `RestorationArchitecture.pretrained`; commands take them where no file is named.
public struct PretrainedWeights: Sendable {
  /// What users call them: `x2`. The weights for a task that are taken by themselves have the task's name.
  public let name: String
  /// The bytes of the file.
  public let read: @Sendable () -> [UInt8]

  /// - Parameter read: gives the bytes of a safetensors file, as `RestorationModel.write` writes it.
  public init(_ name: String, read: @escaping @Sendable () -> [UInt8]) {
    self.name = name
    self.read = read
  }

  /// What messages call the file.
  package var path: String { "the program's weights \(name)" }
}

/// What the notes of a weight file say about a model, for people. All of it may be missing.
public struct ModelCard: Codable, Equatable, Sendable {
  /// The keys under which the notes have it.
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case description, license, trainingData, training, scores
  }

  /// What the model is for, in a sentence.
  public var description: String?
  /// Under which the weights may be used: `CC-BY-SA-4.0`.
  public var license: String?
  /// What it has learned from, and how: configuration, seed, time.
  public var trainingData: String?, training: String?
  /// On test sets, the most telling first.
  public var scores: [SetScore]?

  /// The means over the images of a set, by the task's protocol.
  public struct SetScore: Codable, Equatable, Sendable {
    /// The set's name and, of denoising, the noise: `CBSD68, sigma 25`.
    public let set: String
    /// In dB.
    public let psnr: Double
    /// 0 to 1.
    public let ssim: Double
    /// The PSNR without a model: of bicubic upscaling, or of the input.
    public let baseline: Double
  }

  /// - Parameters:
  ///   - notes: of a weight file; `scores` is JSON.
  ///   - path: the file that they are from, for messages.
  /// - Throws: `InputError` when the scores are not what they should be.
  public init(notes: [String: String], path: String) throws {
    description = notes[CodingKeys.description.rawValue]
    license = notes[CodingKeys.license.rawValue]
    trainingData = notes[CodingKeys.trainingData.rawValue]
    training = notes[CodingKeys.training.rawValue]
    do {
      scores = try notes[CodingKeys.scores.rawValue].map {
        try JSONDecoder().decode([SetScore].self, from: Data($0.utf8))
      }
    } catch {
      throw InputError(path, expected: "scores as JSON in its notes", found: "\(notes["scores"] ?? "")")
    }
  }
}

extension RestorationArchitecture {
  /// The weights that come with the program under a name; nil where a file has it, which goes before, and where none
  /// have.
  package static func pretrained(named name: String) -> PretrainedWeights? {
    guard let weights = pretrained.first(where: { $0.name == name }) else { return nil }
    return WeightFile.exists(name) ? nil : weights
  }

  /// The same, to be read now.
  /// - Throws: `InputError` that lists the names, for a name that neither a file nor weights have. A path, or a file's
  ///   ending, means a file, of which the file's reader says that it is missing.
  package static func pretrained(orFile name: String) throws -> PretrainedWeights? {
    if let weights = pretrained(named: name) { return weights }
    let isFile = name.contains { "/.".contains($0) } || WeightFile.exists(name)
    guard !isFile, !pretrained.isEmpty else { return nil }
    throw InputError(
      name, expected: "a weight file, or one of " + pretrained.map(\.name).joined(separator: ", "),
      found: "no such file or name")
  }
}

extension PretrainedWeights {
  /// What a model asks for among the tensors.
  /// - Throws: `InputError` that names the weights.
  package func tensors(for request: WeightRequest) throws -> NamedTensors {
    try WeightFile.decode(read(), path: path, for: request)
  }
}

extension PretrainedModel {
  /// The model of weights that come with the program.
  /// - Parameters:
  ///   - task: another one's are refused.
  ///   - name: of the expected model; another one is refused.
  /// - Throws: `InputError` that names them.
  public init(_ weights: PretrainedWeights, task: RestorationTask? = nil, named name: String? = nil) throws {
    try self.init(
      weights.tensors(for: Architecture.weightRequest), from: weights.path, task: task, named: name)
  }
}
