import RAMiTDiagnostics
import RAMiTFiles

/// A Python that has PyTorch.
package struct PyTorch: Sendable {
  /// What computes there.
  package struct Versions: Codable, Equatable, Sendable, CustomStringConvertible {
    package let python, torch: String
    /// PyTorch's name of the vector instructions that it uses.
    package let instructions: String

    package init(python: String, torch: String, instructions: String) {
      (self.python, self.torch, self.instructions) = (python, torch, instructions)
    }

    package var description: String { "PyTorch \(torch) (Python \(python), \(instructions))" }
  }

  /// A path, or a name in `$PATH`.
  package let python: String
  /// The path of `benchmark.py`, with the model's file beside it.
  package let script: String
  /// A folder for what torch.compile generates, so that it compiles once in a race.
  package let cache: String

  package init(python: String, script: String, cache: String) {
    (self.python, self.script, self.cache) = (python, script, cache)
  }

  func process(_ arguments: [String], environment: [String: String] = [:]) -> MeasuringProcess {
    let common = ["PYTHONDONTWRITEBYTECODE": "1", "TORCHINDUCTOR_CACHE_DIR": cache]
    return MeasuringProcess(
      program: python, arguments: [script] + arguments, environment: common.merging(environment) { $1 },
      errorLine: .last)
  }

  /// - Throws: `InputError` when there is no such Python, or it has no PyTorch; `Interruption`.
  package func versions() throws -> Versions {
    do {
      return try JSON.decode(Versions.self, from: process(["--versions"]).output())
    } catch let interruption as Interruption {
      throw interruption
    } catch {
      let found = error is MeasuringProcess.Failure ? "\(error)" : "another answer than that of benchmark.py"
      throw InputError("--python", expected: "a Python with torch", found: "\(python): \(found)")
    }
  }

  /// What `benchmark.py` prints.
  struct Line: Decodable {
    let parameters: Int
    let seconds: Spread
    let warmUp: Double
    let peakGigabytes: Double
    let difference: Double?

    private enum CodingKeys: String, CodingKey {
      case parameters, seconds, warmUp = "warm_up", peakGigabytes = "peak_gb", difference
    }
  }
}
