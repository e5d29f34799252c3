import RAMiTCWeights

extension BuiltInArchitecture {
  /// Small RAMiTs for every task, trained on free photos (docs/MODELS.md).
  public static var pretrained: [PretrainedWeights] {
    (0..<cweights_count()).map { index in
      PretrainedWeights(String(cString: cweights_at(index).name)) {
        let file = cweights_at(index)
        return Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
      }
    }
  }
}
