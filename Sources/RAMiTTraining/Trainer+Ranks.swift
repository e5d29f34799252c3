import RAMiTDiagnostics
import RAMiTTensorCore

/// What several ranks agree on while they train.
extension Trainer {
  /// Gives all ranks the first one's state: position, weights, moments, average and buffers.
  func shareStart() throws {
    if ranks.count == 1 { return }
    trainStep.optimizer.steps = try ranks.broadcast(trainStep.optimizer.steps)
    state = try ranks.broadcast(state)
    let parameters = trainStep.model.parameters
    let average = trainStep.average.map { [$0.values] } ?? []
    let vectors = [parameters.values] + trainStep.optimizer.state.map(\.values) + average
    for tensor in vectors + parameters.buffers.map(\.value) { try ranks.broadcast(tensor) }
  }

  /// After each step: all ranks stop after the same one, and have the same weights.
  /// - Parameter stops: whether this rank has been asked to stop.
  /// - Returns: whether any has.
  func agreeAfterStep(stops: Bool) throws -> Bool {
    if ranks.count == 1 { return stops }
    let checksum = trainStep.model.parameters.values.checksum
    let all = try ranks.gather(AfterStep(stops: stops, checksum: checksum, skipped: skippedImages.take()))
    try ranks.refuseDifferentValues(
      all.map(\.checksum), location: "\(files.path), iteration \(state.iteration)")
    try logSkippedImages(all.flatMap(\.skipped))
    return all.contains { $0.stops }
  }
}

private struct AfterStep: Codable {
  let stops: Bool
  let checksum: UInt64
  /// The images that were left out since the last step.
  let skipped: [InputError]
}
