import RAMiTExperiments

extension TrainingPlan {
  /// Whether a validation follows after this many iterations, at least 1.
  func isTime(for validation: ValidationConfiguration, after iteration: Int) -> Bool {
    if iteration >= iterations { return true }
    if let every = validation.everyIterations { return iteration % every == 0 }
    let (epochs, isJustDone) = epochsDone(after: iteration)
    return isJustDone && epochs % (validation.everyEpochs ?? 1) == 0
  }

  /// The number, from 1 on, of the validation after this many iterations, and the count of the whole run.
  func validations(_ validation: ValidationConfiguration, after iteration: Int) -> (number: Int, count: Int) {
    if let every = validation.everyIterations { return (iteration / every, (iterations + every - 1) / every) }
    let every = validation.everyEpochs ?? 1
    return (epochsDone(after: iteration).count / every, (epochs + every - 1) / every)
  }
}
