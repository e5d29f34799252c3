import RAMiTBenchmarking
import RAMiTModels

extension BenchmarkItem {
  /// Images and steps, as `ramit benchmark` times them: RAMiT x2 at its own sizes, then small ones of the other models,
  /// each for the first task that its paper has.
  static var models: [BenchmarkItem] {
    BenchmarkCase.standard.map { whole($0, $0, RAMiTVariant.ramit.configuration(for: .x2)) }
      + others.flatMap { name, task in
        ["infer:128x128", "train:4x64"].map { work in
          whole("\(name) \(task.rawValue), \(work)", work, BuiltInArchitecture(named: name, task: task)!)
        }
      }
  }

  private static var others: [(name: String, task: RestorationTask)] {
    [
      ("RAMiT-1", .x2), ("RAMiT-slimSR", .x2), ("RAMiT-slimLLE", .lle), ("DaViT-core", .x2), ("DaViT-full", .x2),
      ("SwinIR-light", .x2), ("NGswin", .x2), ("ELAN-light", .x2), ("EDSR-baseline", .x2), ("NAFNet", .dn),
      ("NAFNet-GoPro", .dn), ("Restormer", .dr),
    ]
  }

  private static func whole(
    _ name: String, _ work: String, _ architecture: some RestorationArchitecture
  ) -> BenchmarkItem {
    BenchmarkItem(name: name) {
      let work = try BenchmarkCase(work)
      try work.checkMemory(of: architecture)
      return work.prepared(architecture.makeModel())
    }
  }
}
