import RAMiTParallel

/// The results in the order of the items, made on all threads.
func parallelMap<Item, Result>(_ items: [Item], _ body: (Item) -> Result) -> [Result] {
  [Result?](unsafeUninitializedCapacity: items.count) { buffer, count in
    buffer.initialize(repeating: nil)
    parallelFor(items.count) { index, _ in buffer[index] = body(items[index]) }
    count = items.count
  }.map { $0! }
}
