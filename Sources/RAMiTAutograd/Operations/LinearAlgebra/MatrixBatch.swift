import RAMiTLinearAlgebra
import RAMiTParallel
import RAMiTTensorCore

/// Tensors ... x M x N as matrices in double precision, one for each place of the leading axes.
enum MatrixBatch {
  static func leading(_ shape: Shape) -> [Int] { Array(shape.dimensions.dropLast(2)) }

  static func matrices(_ tensor: Tensor) -> [Matrix] {
    let (rows, columns) = (tensor.shape[-2], tensor.shape[-1]), size = rows * columns
    return (0..<leading(tensor.shape).reduce(1, *)).map { index in
      let start = tensor.pointer + index * size
      return Matrix((0..<size).map { Double(start[$0]) }, rows: rows, columns: columns)
    }
  }

  /// A tensor's values, one run for each place of its leading axes.
  static func vectors(_ tensor: Tensor, count: Int) -> [[Double]] {
    (0..<tensor.shape.dimensions.dropLast().reduce(1, *)).map { index in
      (0..<count).map { Double(tensor.pointer[index * count + $0]) }
    }
  }

  /// Rounds the matrices' values one after the other, into a tensor or onto it.
  static func write(_ matrices: [Matrix], to pointer: UnsafeMutablePointer<Float>, accumulate: Bool = false) {
    write(matrices.map(\.values), to: pointer, accumulate: accumulate)
  }

  static func write(_ runs: [[Double]], to pointer: UnsafeMutablePointer<Float>, accumulate: Bool = false) {
    var target = pointer
    for run in runs {
      for value in run {
        target.pointee = Float(value) + (accumulate ? target.pointee : 0)
        target += 1
      }
    }
  }

  /// The results of `body` for every index, found in parallel; throws the error of the first index that has one.
  static func map<Result>(
    _ count: Int, _ body: (Int) throws(LinalgError) -> Result
  ) throws(LinalgError) -> [Result] {
    var results = [Swift.Result<Result, LinalgError>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      // Each index writes its own element.
      nonisolated(unsafe) let results = results
      parallelFor(count) { index, _ in
        do throws(LinalgError) {
          results[index] = .success(try body(index))
        } catch {
          results[index] = .failure(error)
        }
      }
    }
    var values: [Result] = []
    for result in results { values.append(try result!.get()) }
    return values
  }
}
