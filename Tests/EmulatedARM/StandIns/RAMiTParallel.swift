// The kernels' neighbours, on one thread and without a system below them.

package func parallelFor(_ count: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
  for index in 0..<max(count, 0) { body(index, 0) }
}

package func workerCount(for count: Int) -> Int { 1 }
