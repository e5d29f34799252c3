import RAMiTNN
import Testing

@Suite struct NamePatternTests {
  @Test(arguments: [
    ("*.bias", "conv.bias", true), ("*.bias", "bias", false), ("*bias", "bias", true), ("*.bias", "conv.bias2", false),
    ("*norm*", "stage1.norm2.weight", true), ("shallow.*", "shallow.conv.weight", true),
    ("shallow.*", "deep.shallow.conv", false), ("block?.w", "block7.w", true), ("block?.w", "block17.w", false),
    ("*", "", true), ("?", "", false), ("**a**", "banana", true), ("a*b*c", "axxbyybc", true), ("a*b*c", "acb", false),
    ("a.b", "axb", false), ("[a]", "a", false),
  ])
  func matches(pattern: String, name: String, fits: Bool) {
    #expect(NamePattern(pattern).matches(name) == fits)
  }

  @Test func nearestNamesComeFirst() {
    let names = ["stage1.norm.weight", "stage2.conv.bias", "head.weight"]
    #expect(NamePattern("haed.*").nearest(in: names, count: 1) == ["head.weight"])
    #expect(NamePattern("*.biass").nearest(in: names).first == "stage2.conv.bias")
    #expect(NamePattern("stage1.nrm.*").nearest(in: names, count: 2).first == "stage1.norm.weight")
  }
}
