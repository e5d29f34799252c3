import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTModels

/// Where the test sets of the paper come from.
package enum TestSets: Sendable {
  /// The folder in which they lie, as they are distributed.
  case folder(String)
  /// Each has a few images that the program draws.
  case drawn

  /// Images of a drawn set, and the side of an input.
  private static let drawnImages = 2, drawnSide = 32
  /// Keeps the drawn sets apart from training and validation.
  private static let drawnSeed: UInt64 = 0x7061_7065_7200

  /// A test set.
  /// - Throws: `InputError` that says where to get it.
  package func testSet(_ set: BenchmarkSet, task: RestorationTask) throws -> TestSet {
    switch self {
    case .folder(let root): return try TestSet(dataset: set.datasetName, root: root, task: task)
    case .drawn:
      let number = BenchmarkSet.allCases.firstIndex(of: set) ?? 0
      return TestSet(
        drawn: Self.drawnImages, side: Self.drawnSide, seed: Self.drawnSeed + UInt64(number), task: task)
    }
  }

  /// How to get a set, or to know why it is not found.
  package func command(for set: BenchmarkSet) -> String? {
    guard case .folder(let root) = self else { return nil }
    return "ramit data check --dataset \(set.datasetName) --root \(root)"
  }
}

/// The mean scores of a model on one test set, and those of its images.
package struct SetScore: Sendable {
  package let psnr, ssim: Double
  /// Images that were scored, and those that the published set has.
  package let images: Int, publishedImages: Int?
  /// The PSNR of each image.
  package let rows: [(name: String, psnr: Double)]

  init(_ report: ScoreReport, publishedImages: Int?) {
    let mean = report.score
    (psnr, ssim, images) = (mean.psnr, mean.ssim, mean.count)
    self.publishedImages = publishedImages
    rows = report.rows.map { ($0.name, $0.score.psnr) }
  }

  /// The standard deviation of the images' PSNR, as Table F has it: over all images, not a sample of them.
  package var deviation: Double {
    let mean = rows.reduce(0) { $0 + $1.psnr } / Double(rows.count)
    return (rows.reduce(0) { $0 + ($1.psnr - mean) * ($1.psnr - mean) } / Double(rows.count)).squareRoot()
  }

  /// The PSNR of the image whose name is a number: `001` of `1.png`, `low/00001.png` and the like.
  package func psnr(ofImage number: String) -> Double? {
    guard let number = Int(number) else { return nil }
    return rows.first { row in
      let name = row.name.split(separator: "/").last ?? ""
      return Int(name.prefix { $0.isNumber }) == number || Int(name.filter(\.isNumber)) == number
    }?.psnr
  }
}
