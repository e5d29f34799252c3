import Testing

@testable import RAMiTTraining

/// The brackets tell in which order parts are added.
@Suite struct PartTreeTests {
  private func tree(_ parts: Int) -> PartTree<String> { PartTree(parts: parts) { "(\($0)\($1))" } }

  private func brackets(_ parts: Int) -> String {
    var tree = tree(parts)
    for part in 0..<parts { tree.push(PartTree.Block(first: part, "\(part % 10)")) }
    #expect(tree.blocks.count == 1)
    return tree.blocks[0].sum
  }

  @Test func neighboursAreAddedFirst() {
    #expect(brackets(1) == "0")
    #expect(brackets(2) == "(01)")
    #expect(brackets(3) == "((01)2)")
    #expect(brackets(4) == "((01)(23))")
    #expect(brackets(5) == "(((01)(23))4)")
    #expect(brackets(6) == "(((01)(23))(45))")
    #expect(brackets(7) == "(((01)(23))((45)6))")
    #expect(brackets(9) == "((((01)(23))((45)(67)))8)")
  }

  /// Blocks of consecutive parts, wherever they are cut, complete the same tree.
  @Test func everyCutGivesTheSameBrackets() {
    for parts in 1...20 {
      let whole = brackets(parts)
      for ranks in 1...parts {
        var all = tree(parts)
        for rank in 0..<ranks {
          var own = tree(parts)
          for part in rank * parts / ranks..<(rank + 1) * parts / ranks {
            own.push(PartTree.Block(first: part, "\(part % 10)"))
          }
          #expect(own.blocks.count <= 2 * (PartTree<Void>.mostWaiting(parts: parts) + 1))
          for block in own.blocks { all.push(block) }
        }
        #expect(all.blocks.map(\.sum) == [whole], "\(parts) parts on \(ranks) ranks")
      }
    }
  }

  @Test func fewBlocksWait() {
    for parts in 1...70 {
      var tree = tree(parts)
      var most = 0
      for part in 0..<parts {
        most = max(most, tree.blocks.count)
        tree.push(PartTree.Block(first: part, ""))
      }
      #expect(most == PartTree<Void>.mostWaiting(parts: parts), "\(parts) parts")
    }
  }

  @Test func theLastSumCanBeMoved() {
    var tree = tree(3)
    tree.moveLast { _ in "nothing is there yet" }
    tree.push(PartTree.Block(first: 0, "0"))
    tree.moveLast { "[\($0)]" }
    tree.push(PartTree.Block(first: 1, "1"))
    tree.moveLast { "[\($0)]" }
    tree.push(PartTree.Block(first: 2, "2"))
    #expect(tree.blocks.map(\.sum) == ["([([0]1)]2)"])
  }
}
