import CVectorsPrefetch

/// Asks for the cache lines of `count` floats that will be read soon, and does not wait for them.
///
/// For what a product reads: eight rows at once, a few floats of each, in which processors see no pattern. Floats past
/// the end of an array may be asked for, which does nothing.
@inline(__always)
func readAhead(_ start: UnsafePointer<Float>, count: Int) {
  var place = 0
  while place < count {
    cvectors_prefetch(start + place)
    place &+= 16
  }
}
