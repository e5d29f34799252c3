import RAMiTTensorCore

/// Changes the pickle, the storages or the entries of a checkpoint; an archive gets right checksums and offsets.
enum CheckpointMutator {
  private static let names = [
    "archive/data.pkl", "archive/data/0", "archive/data/1", "archive/byteorder", "a/../b", "/a",
  ]

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    // The format before PyTorch 1.6 is pickles and storages in a row.
    guard var zip = ZipEntries(file) else { return PickleMutator.mutate(&file, &random) }
    let pickle = zip.entries.firstIndex { $0.name.suffix(8).elementsEqual("data.pkl".utf8) }
    for _ in 0...random.below(2) {
      let index = random.below(zip.entries.count)
      switch random.below(12) {
      case 0: Edits.any(&zip.entries[index].bytes, &random)
      case 1:
        Edits.order(&zip.entries, &random)
        if zip.entries.isEmpty { return }
      case 2: zip.entries[index].isDeflated.toggle()
      case 3:
        zip.entries[index].name = Array(names.random(&random).utf8)
      default:
        guard let pickle, pickle < zip.entries.count else { continue }
        PickleMutator.mutate(&zip.entries[pickle].bytes, &random)
      }
    }
    file = zip.archive(hasChecksums: random.below(4) > 0)
    // Sizes and offsets that lie: the directory is at the end.
    if random.below(6) == 0 {
      var end = Array(file.suffix(80 * zip.entries.count))
      Edits.number(in: &end, &random)
      file.replaceSubrange(file.count - end.count..<file.count, with: end)
    }
  }
}
