import Foundation
import RAMiTSerialization
import RAMiTTensorCore

/// Values of a model computed in double precision by the PyTorch peer: `param.*`, `input`, `target`, `act.*`, `output`,
/// `loss`, `grad.*`, `train.losses`, `trained.*`; the configuration is in the file's metadata.
package struct GoldenCase {
  package let tensors: NamedTensors
  /// The peer's model arguments.
  package let model: [String: Any]

  package init(path: String) throws {
    tensors = try SafeTensors.read(path)
    let json = tensors.metadata["model"] ?? "{}"
    model = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
  }

  /// The tensor of that name; a feature map or image (rank 4) with its channels last.
  package func map(_ name: String) -> Tensor? { tensors[name].map(channelsLast) }

  /// The tensors whose names start with `prefix`, under the rest of their names.
  package func named(_ prefix: String) -> [(name: String, tensor: Tensor)] {
    tensors.filter { $0.name.hasPrefix(prefix) }.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
  }
}

/// N x C x H x W to N x H x W x C.
package func channelsLast(_ x: Tensor) -> Tensor {
  let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let result = Tensor(uninitialized: [n, h, w, c])
  for image in 0..<n {
    for channel in 0..<c {
      for pixel in 0..<h * w {
        result.pointer[(image * h * w + pixel) * c + channel] = x.pointer[(image * c + channel) * h * w + pixel]
      }
    }
  }
  return result
}

/// The largest difference, relative to the largest magnitude of `expected`; infinite for different counts or values
/// that are not numbers.
package func relativeError(_ value: Tensor, _ expected: Tensor) -> Float {
  guard value.count == expected.count else { return .infinity }
  var difference: Float = 0, magnitude: Float = 1e-12
  for i in 0..<value.count {
    let error = abs(value.pointer[i] - expected.pointer[i])
    guard error.isFinite else { return .infinity }
    difference = max(difference, error)
    magnitude = max(magnitude, abs(expected.pointer[i]))
  }
  return difference / magnitude
}
