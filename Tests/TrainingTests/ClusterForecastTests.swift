import Testing

@testable import RAMiTTraining

@Suite struct ClusterForecastTests {
  /// RAMiT x2 with a batch of 64: 2.05 s for 16 patches on one machine.
  private func forecast(nodes: Int, _ network: String, parts: Int) -> ClusterForecast {
    ClusterForecast(
      [(iterations: 1000, batch: 64, seconds: 4 * 2.05)], gradients: 943_592, parts: parts, nodes: nodes,
      network: NetworkSpeed(network)!)
  }

  @Test func oneMachineIsItself() {
    let one = forecast(nodes: 1, "1G", parts: 1)
    #expect(one.seconds == 8200)
    #expect(one.efficiency == 1)
  }

  @Test func aNetworkAndManyMachinesCost() {
    let efficiencies = [2, 4, 8, 16, 32].map { forecast(nodes: $0, "10G", parts: 32).efficiency }
    #expect(efficiencies == efficiencies.sorted(by: >))
    #expect(0.96...0.98 ~= efficiencies[0] && 0.9...0.95 ~= efficiencies[3])
    #expect(forecast(nodes: 16, "1G", parts: 32).efficiency < efficiencies[3] - 0.05)
    #expect(forecast(nodes: 16, "100G", parts: 32).efficiency > efficiencies[3])
    // 64 machines have one patch each, and their exchange takes a third of the time at 1 Gbit/s.
    #expect(0.5...0.62 ~= forecast(nodes: 64, "1G", parts: 64).efficiency)
  }

  @Test func theSlowestMachineDecides() {
    // Of four parts one machine of three has two.
    let (three, four) = (forecast(nodes: 3, "100G", parts: 4), forecast(nodes: 4, "100G", parts: 4))
    #expect(three.seconds > 1.9 * four.seconds)
  }

  @Test func thePartsAreRaisedAndNamed() {
    #expect(forecast(nodes: 8, "10G", parts: 1).parts == 8)
    #expect(forecast(nodes: 8, "10G", parts: 1).line.hasSuffix(", with gradients.accumulate of 8, a part for each"))
    let line = forecast(nodes: 8, "2.5G", parts: 16).line
    #expect(line.hasPrefix("cluster about 1") && line.contains(" on 8 machines like this one, 2.5 Gbit/s between them"))
    #expect(line.hasSuffix("% efficiency"))
  }

  @Test func speedsAreRead() {
    #expect(NetworkSpeed("100M")?.bitsPerSecond == 1e8)
    #expect(NetworkSpeed("10g") == .gigabits(10))
    #expect(NetworkSpeed("100M")?.description == "100 Mbit/s")
    for wrong in ["", "G", "10", "-1G", "0G", "infG", "nanG", "10 GB/s"] {
      #expect(NetworkSpeed(wrong) == nil, "\(wrong)")
    }
  }
}
