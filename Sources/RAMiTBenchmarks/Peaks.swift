import COpenBLAS
import Kernels
import Parallel
import TensorCore

/// What this machine can do: the arithmetic of a large matrix product, and the memory's bandwidth.
struct Peaks {
  let gflops: Double
  let gigabytes: Double

  init(runs: Int) {
    let n = 2048
    let a = Tensor(repeating: 0.5, [n, n]), b = Tensor(repeating: 0.25, [n, n]), c = Tensor(zeros: [n, n])
    openblas_set_num_threads(Int32(ComputeThreads.count))
    let size = blasint(n)
    let product = medianSeconds(runs: runs) {
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, a.pointer, size, b.pointer, size, 0, c.pointer,
        size)
    }
    gflops = 2 * Double(n * n * n) / product / 1e9
    // Far beyond the caches: two streams read, one written.
    let count = 1 << 26
    let x = Tensor(repeating: 1, [count]), y = Tensor(repeating: 2, [count]), sum = Tensor(zeros: [count])
    let stream = medianSeconds(runs: runs) { add(x.pointer, y.pointer, into: sum.pointer, count: count) }
    gigabytes = 3 * 4 * Double(count) / stream / 1e9
    StoragePool.shared.trim()
  }
}
