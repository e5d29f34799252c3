import RAMiTModels

/// The test sets of the paper (Sec. 4.1), by the names that its tables have for them.
package enum BenchmarkSet: String, CaseIterable, Codable, Sendable {
  case set5 = "Set5"
  case set14 = "Set14"
  case bsd100 = "BSD100"
  case urban100 = "Urban100"
  case manga109 = "Manga109"
  case cbsd68 = "CBSD68"
  case kodak24 = "Kodak24"
  case mcMaster = "McMaster"
  case set12 = "Set12"
  case bsd68 = "BSD68"
  case lol = "LOL"
  case veLOL = "VE-LOL-cap"
  case test100 = "Test100"
  case rain100H = "Rain100H"

  /// The name of its manifest: a data set's training images have one of their own.
  package var datasetName: String { self == .lol ? "LOL-test" : rawValue }
}

extension RestorationTask {
  /// The test sets over which the paper averages.
  package var benchmarkSets: [BenchmarkSet] {
    switch self {
    case .x2, .x3, .x4: [.set5, .set14, .bsd100, .urban100, .manga109]
    case .dn: [.cbsd68, .kodak24, .mcMaster, .urban100]
    case .graydn: [.set12, .bsd68, .urban100]
    case .lle: [.lol, .veLOL]
    case .dr: [.test100, .rain100H]
    }
  }
}
