import RAMiTKernels

/// Memory of a kernel: NaN follows it, and a vector of room, as in a tensor.
private func memory(_ count: Int) -> UnsafeMutablePointer<Float> {
  let room = 64, start = UnsafeMutablePointer<Float>.allocate(capacity: count + room)
  start.initialize(repeating: .nan, count: count + room)
  return start
}

/// Memory that a kernel fills.
func unwritten(_ count: Int) -> UnsafeMutablePointer<Float> { memory(count) }

/// The same numbers on each machine, within `spread` of `centre`.
func numbers(_ count: Int, seed: UInt64, spread: Float = 1, centre: Float = 0) -> UnsafeMutablePointer<Float> {
  let numbers = memory(count)
  var state = seed
  for i in 0..<count {
    // Knuth's linear congruential generator; its high bits are random enough.
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    numbers[i] = centre + spread * Float(Int64(bitPattern: state) >> 40) * 0x1p-23
  }
  return numbers
}

func scratch(_ count: Int) -> Scratch {
  let padded = paddedToVector(count)
  return Scratch(unwritten(padded), count: padded)
}

func layer(_ inputs: Int, to outputs: Int, seed: UInt64) -> PointwiseWeight {
  PointwiseWeight(
    numbers(inputs * outputs, seed: seed, spread: 0.3), bias: numbers(outputs, seed: seed + 1), inputs: inputs,
    outputs: outputs, memory: unwritten(PointwiseWeight.count(inputs: inputs, outputs: outputs)))
}

func norm(_ channels: Int, seed: UInt64) -> LayerNorm {
  LayerNorm(
    channels: channels, weight: numbers(channels, seed: seed, spread: 0.5, centre: 1),
    bias: numbers(channels, seed: seed + 1))
}

/// The sums of gradients that pieces of work write, each group for itself.
struct Gradients {
  let count: Int
  let pointer: UnsafeMutablePointer<Float>
  let sums: PartialSums

  init(_ count: Int) {
    self.count = count
    pointer = unwritten(PartialSums.groups * count)
    sums = PartialSums(pointer, count: count)
  }
}

/// Prints a checksum of the bits (FNV-1a, word by word), and how many values are not finite.
func report(_ name: StaticString, _ values: UnsafePointer<Float>, _ count: Int) {
  var checksum: UInt64 = 14_695_981_039_346_656_037
  var nonFinite = 0
  for i in 0..<count {
    if !values[i].isFinite { nonFinite += 1 }
    checksum = (checksum ^ UInt64(values[i].bitPattern)) &* 1_099_511_628_211
  }
  print(checksum, terminator: " ")
  print(nonFinite, terminator: " not finite, ")
  print(name)
}
