import RAMiTDiagnostics
import RAMiTSerialization
import Testing

/// Reading these bytes must end with one line that holds every one of `words`.
func expectRefusal(
  _ bytes: [UInt8], _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  expectRefusal(bytes, words: words, sourceLocation: sourceLocation)
}

func expectRefusal(_ bytes: [UInt8], words: [String], sourceLocation: SourceLocation = #_sourceLocation) {
  let error = #expect(throws: InputError.self, sourceLocation: sourceLocation) {
    try WeightFile.decode(bytes, path: "weights")
  }
  guard let line = error?.description else { return }
  #expect(line.hasPrefix("weights: expected "), sourceLocation: sourceLocation)
  #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(line)", sourceLocation: sourceLocation)
  #expect(line.unicodeScalars.count < 800, "\(line)", sourceLocation: sourceLocation)
  for word in words { #expect(line.contains(word), "\(line)", sourceLocation: sourceLocation) }
}
