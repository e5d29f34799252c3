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
    let vectors =
      [parameters.values] + trainStep.optimizer.state.map(\.values)
      + [trainStep.average?.values]
      .compactMap { $0 }
    for tensor in vectors + parameters.buffers.map(\.value) { try ranks.broadcast(tensor) }
  }

  /// After each step: all ranks stop after the same one, and have the same weights.
  /// - Parameter stops: whether this rank has been asked to stop.
  /// - Returns: whether any has.
  func agreeAfterStep(stops: Bool) throws -> Bool {
    if ranks.count == 1 { return stops }
    let skipped = skippedImages.take().map { [$0.location, $0.expected, $0.found] }
    let all = try ranks.gather(
      AfterStep(stops: stops, checksum: trainStep.model.parameters.values.checksum, skipped: skipped))
    try ranks.refuseDifferentValues(
      all.map(\.checksum), location: "\(files.path), iteration \(state.iteration)")
    try logSkippedImages(
      all.flatMap(\.skipped).map { InputError($0[0], expected: $0[1], found: $0[2]) })
    return all.contains { $0.stops }
  }
}

private struct AfterStep: Codable {
  let stops: Bool
  let checksum: UInt64
  /// The images that were left out since the last step: location, what was expected, what was found.
  let skipped: [[String]]
}
