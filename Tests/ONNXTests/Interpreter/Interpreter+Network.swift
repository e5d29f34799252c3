import Foundation

/// Operators of networks, by plain loops.
extension Interpreter {
  func network(_ node: ONNXFile.Node, _ operands: [NumberArray?]) -> NumberArray? {
    guard let x = operands[0] else { return nil }
    switch node.type {
    case "MatMul": return product(x, operands[1]!)
    case "Conv": return convolution(node, x, operands[1]!, operands.count > 2 ? operands[2] : nil)
    case "MaxPool": return pool(node, x) { $0.max()! }
    case "AveragePool": return pool(node, x) { $0.reduce(0, +) / Double($0.count) }
    case "Softmax":
      return x.lines(along: node.integers["axis"] ?? -1) { line in
        let top = line.max() ?? 0, powers = line.map { exp($0 - top) }, sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
      }
    case "LayerNormalization":
      let epsilon = Double(node.numbers["epsilon"] ?? 1e-5)
      let weight = operands[1]!.values, bias = operands.count > 2 ? operands[2]?.values : nil
      return x.lines(along: -1) { line in
        let mean = line.reduce(0, +) / Double(line.count)
        let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(line.count)
        return line.indices.map {
          (line[$0] - mean) / (variance + epsilon).squareRoot() * weight[$0] + (bias?[$0] ?? 0)
        }
      }
    case "BatchNormalization":
      let epsilon = Double(node.numbers["epsilon"] ?? 1e-5), parameters = (1...4).map { operands[$0]!.values }
      let pixels = x.shape[2] * x.shape[3]
      let values = x.values.indices.map { place in
        let c = place / pixels % x.shape[1]
        return (x.values[place] - parameters[2][c]) / (parameters[3][c] + epsilon).squareRoot() * parameters[0][c]
          + parameters[1][c]
      }
      return NumberArray(shape: x.shape, values: values)
    default: return nil
    }
  }

  private func product(_ a: NumberArray, _ b: NumberArray) -> NumberArray {
    let (rows, inner, columns) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    let leading = NumberArray.broadcastShape(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    let left = a.broadcast(to: leading + [rows, inner]).values,
      right = b.broadcast(to: leading + [inner, columns]).values
    let count = leading.reduce(1, *)
    var values = [Double](repeating: 0, count: count * rows * columns)
    for matrix in 0..<count {
      for row in 0..<rows {
        for k in 0..<inner {
          let factor = left[(matrix * rows + row) * inner + k]
          for column in 0..<columns {
            values[(matrix * rows + row) * columns + column] += factor * right[(matrix * inner + k) * columns + column]
          }
        }
      }
    }
    return NumberArray(shape: leading + [rows, columns], values: values)
  }

  private func convolution(
    _ node: ONNXFile.Node, _ x: NumberArray, _ weight: NumberArray, _ bias: NumberArray?
  ) -> NumberArray {
    let strides = node.lists["strides"] ?? [1, 1], pads = node.lists["pads"] ?? [0, 0, 0, 0]
    let dilations = node.lists["dilations"] ?? [1, 1], groups = node.integers["group"] ?? 1
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (o, i, kh, kw) = (weight.shape[0], weight.shape[1], weight.shape[2], weight.shape[3])
    let rows = (h + pads[0] + pads[2] - dilations[0] * (kh - 1) - 1) / strides[0] + 1
    let columns = (w + pads[1] + pads[3] - dilations[1] * (kw - 1) - 1) / strides[1] + 1
    var values: [Double] = []
    values.reserveCapacity(n * o * rows * columns)
    for image in 0..<n {
      for output in 0..<o {
        let firstInput = output / (o / groups) * i
        for row in 0..<rows {
          for column in 0..<columns {
            var sum = bias?.values[output] ?? 0
            for input in 0..<i {
              for dy in 0..<kh {
                let y = row * strides[0] - pads[0] + dy * dilations[0]
                if y < 0 || y >= h { continue }
                for dx in 0..<kw {
                  let place = column * strides[1] - pads[1] + dx * dilations[1]
                  if place < 0 || place >= w { continue }
                  sum +=
                    x.values[((image * c + firstInput + input) * h + y) * w + place]
                    * weight.values[((output * i + input) * kh + dy) * kw + dx]
                }
              }
            }
            values.append(sum)
          }
        }
      }
    }
    return NumberArray(shape: [n, o, rows, columns], values: values)
  }

  /// Without padding.
  private func pool(_ node: ONNXFile.Node, _ x: NumberArray, _ f: ([Double]) -> Double) -> NumberArray {
    let kernel = node.lists["kernel_shape"]!, strides = node.lists["strides"]!, (h, w) = (x.shape[2], x.shape[3])
    let rows = (h - kernel[0]) / strides[0] + 1, columns = (w - kernel[1]) / strides[1] + 1
    var values: [Double] = []
    for map in 0..<x.shape[0] * x.shape[1] {
      for row in 0..<rows {
        for column in 0..<columns {
          values.append(
            f(
              (0..<kernel[0] * kernel[1]).map { tap in
                let y = row * strides[0] + tap / kernel[1], place = column * strides[1] + tap % kernel[1]
                return x.values[(map * h + y) * w + place]
              }))
        }
      }
    }
    return NumberArray(shape: [x.shape[0], x.shape[1], rows, columns], values: values)
  }
}
