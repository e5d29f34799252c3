import RAMiTExperiments

extension TrainingPlan {
  /// Whether the model is to be scored after so many iterations, at least one.
  func isTime(for validation: ValidationConfiguration, after iteration: Int) -> Bool {
    if iteration >= iterations { return true }
    if let every = validation.everyIterations { return iteration % every == 0 }
    let (epochs, isJustDone) = epochsDone(after: iteration)
    return isJustDone && epochs % (validation.everyEpochs ?? 1) == 0
  }

  /// The number of the validation after so many iterations, from 1 on, and how many a whole run has.
  func validations(_ validation: ValidationConfiguration, after iteration: Int) -> (number: Int, count: Int) {
    if let every = validation.everyIterations { return (iteration / every, (iterations + every - 1) / every) }
    let every = validation.everyEpochs ?? 1
    return (epochsDone(after: iteration).count / every, (epochs + every - 1) / every)
  }
}
