import Foundation
import Testing

@testable import RAMiTProcessGroup

@Suite struct PlacementTests {
  private func placement(_ places: (String, [Int])...) -> Placement {
    Placement(places.map { Placement.Place(host: $0.0, processors: $0.1) })
  }

  private func threads(_ placement: Placement) -> [Int] { placement.places.indices.map { placement.threads(of: $0) } }

  @Test func ranksComputeOnTheirOwnProcessors() {
    let bound = placement(("a", [0, 1]), ("a", [2, 3]), ("b", [0, 1, 2, 3]))
    #expect(threads(bound) == [2, 2, 4])
    #expect(bound.isBound)
    #expect(bound.summary == "3 ranks on 2 hosts, 2 to 4 threads each")
    #expect(bound.neighbours(of: 1) == 2)
    #expect(bound.neighbours(of: 2) == 1)
  }

  @Test func ranksShareProcessors() {
    let all = Array(0..<6)
    #expect(threads(placement(("a", all), ("a", all))) == [3, 3])
    #expect(threads(placement(("a", all), ("a", all), ("a", all), ("a", all))) == [1, 1, 1, 1])
    #expect(threads(placement(("a", all), ("a", all), ("a", all))) == [2, 2, 2])
    // One rank may use all, the other two of them.
    #expect(threads(placement(("a", all), ("a", [0, 1]))) == [5, 1])
    let crowded = placement(("a", [0, 1]), ("a", [0, 1]), ("a", [0, 1]))
    #expect(threads(crowded) == [1, 1, 1])
    #expect(
      crowded.summary == "3 ranks on a, 1 thread each; they share processors: mpirun --map-by slot:PE=N --bind-to "
        + "core gives each rank N")
  }

  @Test func processorsOfOtherHostsAreOthers() {
    let two = placement(("a", [0, 1]), ("b", [0, 1]))
    #expect(threads(two) == [2, 2])
    #expect(two.isBound)
    #expect(two.summary == "2 ranks on 2 hosts, 2 threads each")
  }

  @Test func listsOfProcessorsAreRead() {
    #expect(Placement.numbers(in: "\t0-1") == [0, 1])
    #expect(Placement.numbers(in: " 0-2,7,10-11") == [0, 1, 2, 7, 10, 11])
    for wrong in ["", "a-b", "3-1", "1-2-3"] { #expect(Placement.numbers(in: wrong) == [], "\(wrong)") }
  }

  @Test func thisProcessHasAPlace() {
    let own = Placement.Place.own
    #expect(own.processors.count == ProcessInfo.processInfo.activeProcessorCount)
    #expect(own.host == ProcessInfo.processInfo.hostName || !own.host.isEmpty)
  }
}
