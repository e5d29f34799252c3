import RAMiTMachine
import RAMiTModels
import RAMiTParallel

extension Race {
  /// Runs a race: for each case some rounds in which every contestant has a turn, one process at a time. Each round
  /// begins with another contestant.
  ///
  /// A contestant whose process fails is named, and has no further turn at the case. When the process is told to end
  /// (`Interruption.enable`), the race ends with the turns that it has.
  /// - Parameters:
  ///   - contestants: with different names.
  ///   - cases: done with the model of `architecture`.
  ///   - folder: where the cases' weights, images and results are written.
  ///   - peaks: measures the machine.
  ///   - done: called with each turn.
  ///   - failed: called with each failure.
  /// - Throws: `InputError` when the memory is too small for a case, or its reference cannot be made.
  package init(
    _ contestants: [Contestant], pyTorch: PyTorch.Versions, cases: [BenchmarkCase],
    architecture: some RestorationArchitecture, _ settings: Settings, folder: String,
    peaks: () -> MachinePeaks = MachinePeaks.measured, done: (Turn) -> Void = { _ in },
    failed: (Failure) -> Void = { _ in }
  ) throws {
    self.init(settings, pyTorch: pyTorch, contestants: contestants.map(\.name), cases: cases.map(\.name))
    for work in cases { try work.checkMemory(of: architecture) }
    race: for work in cases {
      let path = folder.appendingPath(work.name.replacing(":", with: "-") + ".safetensors")
      let reference = try BenchmarkReference(work, of: architecture, writingTo: path)
      var racing = contestants
      for round in 1...settings.rounds {
        self.peaks.append(ComputeThreads.with(settings.threads, peaks))
        let start = racing.isEmpty ? 0 : (round - 1) % racing.count
        for contestant in racing[start...] + racing[..<start] {
          do {
            let measured = try contestant.measure(
              work, reference: reference, runs: settings.runs, threads: settings.threads)
            let turn = Turn(
              contestant: contestant.name, work: work.name, round: round, seconds: measured.seconds,
              warmUp: measured.warmUp, peakGigabytes: measured.peakGigabytes, difference: measured.difference)
            if let build = measured.build { builds[contestant.name] = build }
            turns.append(turn)
            done(turn)
          } catch let interruption as Interruption {
            self.interruption = interruption.signal
            break race
          } catch {
            let failure = Failure(contestant: contestant.name, work: work.name, round: round, reason: "\(error)")
            racing.removeAll { $0.name == contestant.name }
            failures.append(failure)
            failed(failure)
          }
        }
      }
    }
  }
}
