import Foundation
import RAMiTAutograd
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTensorCore
import Testing

@testable import RAMiTFigures

/// Feature and attention maps: names, values, errors.
@Suite struct LayerTests {
  @Test func componentsHaveTheirNames() {
    let names = ComponentLayers(of: smallModel(.x2), height: 32, width: 32).names
    #expect(
      names == [
        "shallow", "stage1", "down1", "stage2", "down2", "stage3", "bottleneck", "stage4", "attn_mix", "to_target",
      ])
    #expect(numbered(["a", "b", "a"]) == ["a.0", "b", "a.1"])
  }

  @Test func mapsAreStandardised() throws {
    let model = smallModel(.x2), input = picture(width: 24, height: 19, channels: 3).tensor()
    let maps = try FeatureMap.maps(
      of: model, input: input, layers: ["stage4", "attn_mix", "stage4*attn_mix", "stage2", "to_target"], label: "small")
    #expect(maps.map(\.name) == ["stage4", "attn_mix", "stage4 × attn_mix", "stage2", "to_target"])
    #expect(maps.map(\.width) == [24, 24, 24, 12, 48] && maps.map(\.height) == [19, 19, 19, 9, 38])
    for map in maps {
      let values = map.values.map(Double.init), count = Double(values.count)
      #expect(values.count == map.width * map.height)
      let mean = values.reduce(0, +) / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      #expect(abs(mean) < 1e-4 && abs(variance - 1) < 1e-3, "\(map.name)")
    }
  }

  /// The largest channel of what the component gives.
  @Test func aMapIsThatOfTheComponent() throws {
    let model = smallModel(.x2), input = picture(width: 32, height: 32, channels: 3).tensor()
    let map = try FeatureMap.maps(of: model, input: input, layers: ["shallow"], label: "small")[0]
    var largest: [Float] = []
    _ = model(Variable(constant: input.reshaped([1, 32, 32, 3])), context: nil) { component, x in
      guard component == "shallow" else { return }
      largest = (0..<32 * 32).map { pixel in (0..<16).map { x.value.pointer[pixel * 16 + $0] }.max()! }
    }
    let order = largest.indices.sorted { largest[$0] < largest[$1] }
    #expect(zip(order, order.dropFirst()).allSatisfy { map.values[$0] <= map.values[$1] + 1e-5 })
  }

  @Test func layersThatDoNotExistAreNamed() throws {
    let model = smallModel(.x2), input = picture(width: 16, height: 16, channels: 3).tensor()
    expectInputError("did you mean stage4?") {
      try FeatureMap.maps(of: model, input: input, layers: ["stge4"], label: "small")
    }
    expectInputError("shallow, stage1, down1") {
      try FeatureMap.maps(of: model, input: input, layers: ["stage1*"], label: "small")
    }
    expectInputError("maps of one shape in stage1*stage2") {
      try FeatureMap.maps(of: model, input: input, layers: ["stage1*stage2"], label: "small")
    }
  }

  /// At the left of the rows, or below the photo where a model has no row of its own.
  @Test func modelsHaveTheirLabels() throws {
    try withPhoto(width: 64, height: 48) { path in
      let images = try FigureImages(target: path, input: nil, task: .x2, sigma: 0)
      let models = ["ours", "theirs"].map { FigureModel(label: $0, model: smallModel(.x2)) }
      func labels(_ models: [FigureModel], _ layers: [String]) throws -> [String] {
        try FeatureFigure(images, models: models, layers: layers).page.elements.compactMap { element in
          guard case .text(let text) = element, models.contains(where: { $0.label == text.text }) else { return nil }
          return text.text + (text.isTurned ? " at the left" : "")
        }
      }
      #expect(try labels([models[0]], ["stage4"]) == ["ours"])
      #expect(try labels([models[0]], []) == ["ours"])
      #expect(try labels(models, ["stage4", "attn_mix"]) == ["ours at the left", "theirs at the left"])
      #expect(try labels(models, []) == ["ours", "theirs"])
    }
  }

  @Test func attentionsHaveNames() {
    let layers = AttentionLayers(of: smallModel(.x2), height: 32, width: 32).all
    #expect(layers.map(\.name) == (1...4).flatMap { ["stage\($0).spatial.0", "stage\($0).channel.0"] })
    #expect(layers[2].height == 16 && layers[0].heads == 3 && layers[1].heads == 1 && layers[1].headDim == 4)
  }

  @Test func rowsOfAttentionAddUpToOne() throws {
    try withPhoto(width: 64, height: 48) { path in
      let images = try FigureImages(target: path, input: nil, task: .x2, sigma: 0)
      let model = FigureModel(label: "small", model: smallModel(.x2))
      for (layer, heads, side) in [("stage1.spatial.0", 3, 64), ("stage4.channel.0", 1, 4)] {
        let figure = try AttentionFigure(images, model: model, layer: layer, head: nil, pixel: (3, 20))
        #expect(figure.maps.map(\.head) == Array(0..<heads))
        for map in figure.maps {
          #expect(map.rows.count == side && map.rows.allSatisfy { $0.count == side && abs($0.reduce(0, +) - 1) < 1e-4 })
        }
      }
      let one = try AttentionFigure(images, model: model, layer: nil, head: 2, pixel: nil)
      #expect(one.maps.map(\.head) == [2])
      expectInputError("stage1.spatial.0, stage1.channel.0") {
        try AttentionFigure(images, model: model, layer: "stage9.spatial.0", head: nil, pixel: nil)
      }
      expectInputError("--head: expected 0 to 2") {
        try AttentionFigure(images, model: model, layer: nil, head: 3, pixel: nil)
      }
      expectInputError("--pixel: expected a pixel of the input of 32x24") {
        try AttentionFigure(images, model: model, layer: nil, head: nil, pixel: (32, 0))
      }
    }
  }

  @Test func modelsWithoutAttentionSayIt() throws {
    try withPhoto(width: 32, height: 32) { path in
      let images = try FigureImages(target: path, input: nil, task: .x2, sigma: 0)
      var small = EDSRConfiguration(task: .x2)
      (small.features, small.blocks) = (4, 1)
      let model = FigureModel(label: "EDSR", model: small.makeModel())
      expectInputError("a model with attention") {
        try AttentionFigure(images, model: model, layer: nil, head: nil, pixel: nil)
      }
      #expect(try FeatureFigure(images, models: [model], layers: []).page.width > 300)
    }
  }
}
