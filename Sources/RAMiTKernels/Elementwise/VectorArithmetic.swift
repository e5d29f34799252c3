/// sum += addend, over `count` elements.
package func addInPlace(_ sum: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>, count: Int) {
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range { sum[i] += addend[i] }
  }
}

/// sum += factor addend, over `count` elements.
package func addInPlace(
  _ sum: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>, times factor: Float, count: Int
) {
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range { sum[i] = multiplyAddRoundedOnce(factor, addend[i], sum[i]) }
  }
}

/// result = a - b, over `count` elements; overwrites.
package func subtract(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, count: Int
) {
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range { result[i] = a[i] - b[i] }
  }
}

/// values *= factor, over `count` elements.
package func scaleInPlace(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range { values[i] *= factor }
  }
}

/// average += share (values - average), over `count` elements: a step of an exponential moving average.
package func averageUpdate(
  _ average: UnsafeMutablePointer<Float>, towards values: UnsafePointer<Float>, share: Float, count: Int
) {
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range { average[i] += share * (values[i] - average[i]) }
  }
}

/// The sum of `count` squares in double precision; the same for any number of threads.
package func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
  fixedOrderSum(count: count) { Double(values[$0]) * Double(values[$0]) }
}
