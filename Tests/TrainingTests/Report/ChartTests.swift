import Foundation
import FoundationXML
import RAMiTTensorCore
import Testing

@testable import RAMiTReports
@testable import RAMiTRuns
@testable import RAMiTTraining

@Suite struct ChartTests {
  @Test func ticksAreRoundAndEncloseTheValues() {
    #expect(Axis([0, 1536]).ticks == [0, 500, 1000, 1500, 2000])
    #expect(Axis([31.46, 34.05]).ticks == [31, 32, 33, 34, 35])
    #expect(Axis([0.018, 0.18], prefersLogarithm: true).ticks == [0.01, 0.02, 0.05, 0.1, 0.2])
    #expect(
      Axis([1e-12, 0.5], prefersLogarithm: true).ticks.map { log10($0).rounded() } == [-12, -10, -8, -6, -4, -2, 0])
    // Where the largest is not many times the smallest, or one is not positive, the axis stays linear.
    #expect(Axis([0.1, 0.2], prefersLogarithm: true).ticks.first == 0.1)
    #expect(Axis([0, 0.2], prefersLogarithm: true).ticks.first == 0)

    var random = RandomNumbers(seed: 9)
    for _ in 0..<2000 {
      let size = pow(10, Double(random.uniform()) * 40 - 20)
      let values = (0..<1 + random.below(3)).map { _ in (Double(random.uniform()) - 0.3) * size }
      for prefersLogarithm in [false, true] {
        let axis = Axis(values, prefersLogarithm: prefersLogarithm)
        #expect((2...9).contains(axis.ticks.count), "\(values): \(axis.ticks)")
        #expect(axis.ticks == axis.ticks.sorted())
        for value in values { #expect((-1e-6...1 + 1e-6).contains(axis.position(value)), "\(value) in \(axis.ticks)") }
        #expect(axis.ticks.allSatisfy { axis.label($0).count <= 12 }, "\(axis.ticks.map(axis.label))")
      }
    }
  }

  @Test func aRunsAxisEndsWhereTheRunEnds() {
    let axis = Axis(until: 1536)
    #expect(axis.ticks == [0, 500, 1000, 1500] && axis.position(1536) == 1 && axis.position(768) == 0.5)
    #expect(Axis(until: 1).ticks.last == 1 && Axis(until: 3).ticks == [0, 1, 2, 3])
    for end in 1...3000 {
      let axis = Axis(until: Double(end))
      #expect(
        (2...7).contains(axis.ticks.count) && axis.ticks.allSatisfy { $0 <= Double(end) }, "\(end): \(axis.ticks)")
    }
  }

  @Test func aFallIsAStepWhereTheLearningRateHolds() {
    let points = [(0, 0), (100, 4), (200, 4), (300, 2), (400, 2)].map { CurvePoint(x: $0, y: $1) }
    var curve = Curve("a", .color(0), points)
    #expect(curve.corners(points) == points)
    curve.fallsInSteps = true
    var corners = points
    corners.insert(CurvePoint(x: 300, y: 4), at: 3)
    #expect(curve.corners(points) == corners)
  }

  @Test func labelsTellTicksApart() {
    #expect(Axis([0, 0.0004]).ticks.map(Axis([0, 0.0004]).label) == ["0", "1e-4", "2e-4", "3e-4", "4e-4"])
    #expect(Axis([0, 500_000]).ticks.map(Axis([0, 500_000]).label) == ["0", "100k", "200k", "300k", "400k", "500k"])
    #expect(Axis([33.5, 33.6]).ticks.map(Axis([33.5, 33.6]).label).first == "33.50")
  }

  /// Thinning keeps the ends, the extremes, the order, and short curves whole.
  @Test func thinnedCurvesKeepTheirExtremes() {
    var random = RandomNumbers(seed: 1)
    var points = (0..<50_000).map { CurvePoint(x: Double($0), y: Double(random.uniform())) }
    points[12_345].y = 7
    points[40_001].y = -7
    let curve = Curve("a", .color(0), points)
    let thinned = curve.thinned(to: 200)
    #expect((200...402).contains(thinned.count))
    #expect(thinned.first == points.first && thinned.last == points.last)
    #expect(thinned.contains(points[12_345]) && thinned.contains(points[40_001]))
    #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x < $1.x })
    #expect(Curve("a", .color(0), Array(points[..<402])).thinned(to: 200).count == 402)
    #expect(Curve("a", .color(0), []).thinned(to: 200).isEmpty)
  }

  @Test func nothingBreaksAChart() {
    let odd: [[Double]] = [
      [], [1], [.nan, .infinity, -.infinity], [0, 0], [1e308, -1e308], [.leastNonzeroMagnitude], [1e-300, 1e300],
      [-1, -1.000_000_1],
    ]
    for values in odd {
      let points = values.enumerated().map { CurvePoint(x: Double($0.offset), y: $0.element) }
      for prefersLogarithm in [false, true] {
        let chart = Chart(
          title: "<&\"\u{1}\u{ffff}'>",
          curves: [Curve("</svg>", .color(99), points), Curve("b", .baseline(of: nil), points, best: points.first)],
          prefersLogarithm: prefersLogarithm)
        #expect(XMLParser(data: Data(chart.svg.source.utf8)).parse(), "\(values)")
        #expect(!chart.svg.source.contains("nan") && !chart.svg.source.contains("inf"), "\(chart.svg.source)")
      }
    }
  }

  @Test func theBestPointHasARing() {
    let points = (1...60).map { CurvePoint(x: Double($0), y: 30 - abs(Double($0) - 20)) }
    let chart = Chart(title: "t", curves: [Curve("restored", .color(0), points, best: points[19])])
    #expect(chart.svg.source.contains("restored, iteration 20: 30, best</title>"))
    #expect(chart.svg.source.count(of: "<circle") == 2)
    let few = Chart(title: "t", curves: [Curve("restored", .color(0), Array(points[..<7]))])
    #expect(few.svg.source.count(of: "<circle") == 7)
  }
}

extension String {
  func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
