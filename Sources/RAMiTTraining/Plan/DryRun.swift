import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels

/// What a run would do: its model, its data, its plan and its cost. Nothing is written.
package struct DryRun {
  package let configuration: TrainingConfiguration
  /// The model's name.
  package let model: String
  package let plan: TrainingPlan
  /// The size of the training set.
  private let size: DataSize
  package let parameters: Int
  /// The same in words.
  private let modelSize: String
  package let memory: MemoryPlan
  package let cost: CostMeasurement
  /// Where the weights come from that the run begins with; nil when they are random.
  private let initialWeights: String?
  /// Why the data cannot be read; the plan then follows from the published count.
  package let dataError: InputError?

  /// - Parameter skipped: called with each image that is left out.
  /// - Throws: `InputError` when the data cannot be read and its size is not published either.
  package init<Architecture: RestorationArchitecture>(
    _ run: RunConfiguration<Architecture>, skipped: @escaping @Sendable (InputError) -> Void
  ) throws {
    let configuration = run.training
    self.configuration = configuration
    model = run.model.variant
    initialWeights = (configuration.initialWeights ?? configuration.warmStart.weights).map { path in
      if let weights = Architecture.pretrained(named: path) { return weights.path }
      return path + (FileStatus.exists(path) ? "" : " (does not exist yet)")
    }
    var validation: TestSet?
    var photoBytes: Int?
    do {
      let data = try TrainingData(configuration, report: skipped)
      size = data.size
      validation = data.validation
      photoBytes = data.photoBytes
      dataError = nil
    } catch let error as InputError {
      guard let published = try? configuration.publishedSamplesPerEpoch,
        TrainingData.possibleSamples(configuration) ~= published
      else { throw error }
      size = DataSize(images: nil, samplesPerEpoch: published)
      dataError = error
    }
    plan = TrainingPlan(configuration, samplesPerEpoch: size.samplesPerEpoch)
    let model = run.model.architecture.makeModel(seed: configuration.seed)
    parameters = model.parameters.count
    modelSize = try TrainedParameters(configuration.parameters, of: model.parameters).summary
    memory = MemoryPlan(model, plan, configuration, photos: photoBytes, validation: validation)
    cost = try CostMeasurement.measure(model, plan, configuration, memory)
  }

  /// The report, line by line.
  package var lines: [String] {
    let (train, accumulate) = (configuration.data.train, configuration.gradients.accumulate)
    let folders = train.members?.map(\.path).joined(separator: ", ")
    let what = train.name ?? train.path ?? folders ?? train.type.rawValue
    let state = dataError == nil ? "" : " (published count: the data cannot be read)"
    var lines = [
      "\(configuration.name)  \(configuration.task), \(model), \(modelSize)",
      "data    \(what), \(size)\(state)",
    ]
    if let initialWeights { lines.append("weights " + initialWeights) }
    lines.append("")
    lines += plan.table
    lines += [
      "",
      "total   \(plan.epochs.counted("epoch")), \(plan.iterations.counted("iteration", isGrouped: true)), "
        + plan.samples.counted("sample", isGrouped: true),
      "memory  \(memory.summary(plan))" + (accumulate > 1 ? ", batches in \(accumulate) parts" : "")
        + (memory.photoMebibytes == 0 ? "" : ", \(memory.photoMebibytes) MiB of it for photos"),
      "time    about \(longDuration(cost.seconds(plan))) without validation: \(cost.seconds.fixed(2)) s for"
        + " \(cost.batch.counted("patch", "patches")) of \(cost.patch) on this machine",
    ]
    return lines
  }
}

extension TrainingConfiguration {
  /// The samples of an epoch by the published size of the data set; nil where it has none.
  package var publishedSamplesPerEpoch: Int? {
    get throws {
      let train = data.train
      if let samples = train.samplesPerEpoch { return samples }
      guard train.type == .dataset, let name = train.name else { return nil }
      let manifest = try DatasetCatalog.manifest(name)
      guard let factors = train.memberRepeat else {
        return DatasetManifest.samplesPerEpoch(count: manifest.count, repeat: train.repeat)
      }
      let count = try zip(manifest.parts(), factors).reduce(0) { sum, part in
        sum + DatasetManifest.samplesPerEpoch(count: part.0.count, repeat: part.1)
      }
      return DatasetManifest.samplesPerEpoch(count: count, repeat: train.repeat)
    }
  }
}

/// Days and hours from 48 hours on, otherwise hours, minutes and seconds.
func longDuration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e15 else { return "?" }
  let hours = Int((seconds / 3600).rounded())
  return hours >= 48 ? "\(hours / 24) days \(hours % 24) hours" : duration(seconds)
}
