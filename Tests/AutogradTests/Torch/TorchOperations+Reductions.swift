import RAMiTAutograd
import RAMiTTensorCore

extension TorchOperations {
  static let reductions: [String: Operation] = [
    "sum": { v, a in [v[0].sum(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "mean": { v, a in [v[0].mean(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "max": { v, a in [v[0].max(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "min": { v, a in [v[0].min(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "variance": { v, a in [v[0].variance(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "biasedVariance": { v, a in
      [v[0].variance(axes: a.axes, isUnbiased: false, keepsDimensions: a.flag("keepsDimensions"))]
    },
    "standardDeviation": { v, a in
      [v[0].standardDeviation(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))]
    },
    "logSumExp": { v, a in [v[0].logSumExp(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "norm": { v, a in [v[0].norm(axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "l1Norm": { v, a in [v[0].norm(.l1, axes: a.axes, keepsDimensions: a.flag("keepsDimensions"))] },
    "maxAlong": { v, a in [v[0].max(axis: a.int("axis"), keepsDimensions: a.flag("keepsDimensions")).values] },
    "minAlong": { v, a in [v[0].min(axis: a.int("axis"), keepsDimensions: a.flag("keepsDimensions")).values] },
    "cumulativeSum": { v, a in [v[0].cumulativeSum(axis: a.int("axis"))] },
    "argmax": { v, a in [numbers(v[0].argmax(axis: a.int("axis")))] },
    "argmin": { v, a in [numbers(v[0].argmin(axis: a.int("axis")))] },
  ]

  private static func numbers(_ indices: [Int]) -> Variable {
    Variable(constant: Tensor(indices.map { Float($0) }, [indices.count]))
  }
}

extension TorchArguments {
  /// Nil for all of them.
  var axes: [Int]? { has("axes") ? ints("axes") : nil }
}
