import Foundation
import RAMiTDiagnostics

/// The speed of a network, in bits a second.
package struct NetworkSpeed: Equatable, Sendable {
  package let bitsPerSecond: Double

  package static func gigabits(_ count: Double) -> NetworkSpeed { NetworkSpeed(bitsPerSecond: count * 1e9) }

  private init(bitsPerSecond: Double) { self.bitsPerSecond = bitsPerSecond }

  /// From `10G`, `2.5G`, `100M`: a positive number with its unit; nil for anything else.
  package init?(_ text: String) {
    let units = ["G": 1e9, "M": 1e6]
    guard let unit = text.last.flatMap({ units[String($0).uppercased()] }), let number = Double(text.dropLast()),
      number > 0, number.isFinite
    else { return nil }
    bitsPerSecond = number * unit
  }

  package var description: String {
    bitsPerSecond >= 1e9
      ? "\((bitsPerSecond / 1e9).shortText) Gbit/s" : "\((bitsPerSecond / 1e6).shortText) Mbit/s"
  }
}

extension Double {
  /// Without a fraction that is zero.
  fileprivate var shortText: String { self == rounded() ? fixed(0) : fixed(1) }
}

/// The time of a run on several machines, estimated from a step on this one.
///
/// A step takes as long as the slowest machine computes, and then the exchange of gradients: each machine sends and
/// receives nearly all of them twice. Steps of one machine vary by some hundredths; the slowest of N is expected
/// sqrt(2 ln N) deviations above the mean.
package struct ClusterForecast: Equatable, Sendable {
  package let nodes: Int
  package let network: NetworkSpeed
  /// Of the whole run, without validation.
  package let seconds: Double
  /// The time of one machine that computes each batch as a whole, divided by that of all machines together.
  package let efficiency: Double
  /// `gradients.accumulate`, raised where it is less than a part for each machine.
  package let parts: Int
  private let isRaised: Bool

  /// The deviation of a step's time, and the seconds of a step beside computing and sending (measured).
  private static let deviation = 0.02, fixed = 0.004
  /// How much longer a patch takes in a part of one patch, and in a larger part, than in a whole batch (measured).
  private static let onePatch = 1.19, somePatches = 1.01

  /// - Parameters:
  ///   - stages: of the plan: iterations, patches of an iteration, and seconds of one in which this machine computes
  ///     the whole batch in one part.
  ///   - gradients: their number.
  ///   - parts: `gradients.accumulate`.
  init(
    _ stages: [(iterations: Int, batch: Int, seconds: Double)], gradients: Int, parts: Int, nodes: Int,
    network: NetworkSpeed
  ) {
    isRaised = parts < nodes
    let parts = max(parts, nodes)
    (self.nodes, self.network, self.parts) = (nodes, network, parts)
    let count = Double(nodes)
    let slowest = 1 + Self.deviation * (2 * log(count)).squareRoot()
    let exchange = nodes == 1 ? 0 : 2 * (count - 1) / count * Double(32 * gradients) / network.bitsPerSecond
    var (all, alone) = (0.0, 0.0)
    for stage in stages {
      // The machine with the most parts, which are the most patches.
      let patches = (0..<nodes).map { node in
        (node + 1) * parts / nodes * stage.batch / parts - node * parts / nodes * stage.batch / parts
      }.max()!
      let penalty = parts == 1 ? 1 : stage.batch / parts <= 1 ? Self.onePatch : Self.somePatches
      let share = Double(patches) / Double(stage.batch)
      let step = stage.seconds * share * penalty * slowest + exchange + (nodes == 1 ? 0 : Self.fixed)
      all += Double(stage.iterations) * step
      alone += Double(stage.iterations) * stage.seconds
    }
    seconds = all
    efficiency = all > 0 ? alone / (count * all) : 1
  }

  /// For a person.
  package var line: String {
    "cluster about \(longDuration(seconds)) on \(nodes.counted("machine")) like this one, \(network.description)"
      + " between them, at \((100 * efficiency).fixed(0)) % efficiency"
      + (isRaised ? ", with gradients.accumulate of \(parts), a part for each" : "")
  }
}

extension DryRun {
  /// The time of the run on several machines like this one.
  /// - Parameter nodes: 1 to 1,000,000.
  package func forecast(nodes: Int, network: NetworkSpeed) -> ClusterForecast {
    let perPixel = cost.seconds / (Double(cost.batch) * Double(cost.patch) * Double(cost.patch))
    return ClusterForecast(
      plan.stages.map { ($0.iterations.count, $0.batch, $0.pixelsPerIteration * perPixel) }, gradients: parameters,
      parts: configuration.gradients.accumulate, nodes: nodes, network: network)
  }
}
