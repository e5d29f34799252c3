import RAMiTAutograd
import RAMiTTensorCore

extension GraphProgram {
  /// The same graph without operations that change nothing, that repeat others, or that nothing depends on.
  func simplified() -> GraphProgram {
    var alias = Array(values.indices), kept: [Node] = [], known: [NodeKey: Int] = [:]
    joinConstants(&alias)
    for node in nodes {
      let operands = node.operands.map { alias[$0] }
      if isIdentity(node, of: operands) {
        alias[node.result] = operands[0]
        continue
      }
      let key = NodeKey(operation: node.operation, sizes: node.sizes, operands: operands)
      if let same = known[key] {
        alias[node.result] = same
        continue
      }
      known[key] = node.result
      kept.append(Node(operation: node.operation, sizes: node.sizes, operands: operands, result: node.result))
    }
    var result = self, needed: Set<Int> = [alias[self.result]]
    result.result = alias[self.result]
    result.nodes = kept.reversed().filter { node in
      guard needed.contains(node.result) else { return false }
      needed.formUnion(node.operands)
      return true
    }.reversed()
    return result
  }

  private struct NodeKey: Hashable {
    let operation: GraphOperation
    let sizes: [SizeExpression]
    let operands: [Int]
  }

  private func isIdentity(_ node: Node, of operands: [Int]) -> Bool {
    func areZero(_ sizes: [SizeExpression]) -> Bool { sizes.allSatisfy { $0.constant == 0 } }
    return switch node.operation {
    case .reshape, .broadcast: node.sizes == values[operands[0]].shape
    case .permutation(let axes): axes == Array(axes.indices)
    case .slice(let axis): areZero([node.sizes[0]]) && node.sizes[1] == values[operands[0]].shape[axis]
    case .padding, .roll: areZero(node.sizes)
    default: false
    }
  }

  /// Makes one of small constants with the same values. Parameters stay what they are, as they have names.
  private func joinConstants(_ alias: inout [Int]) {
    struct Key: Hashable {
      let shape: Shape
      let bits: [UInt32]
    }
    var known: [Key: Int] = [:]
    for index in passing.sorted() {
      guard case .constant(let tensor) = values[index].origin, tensor.count <= 4096 else { continue }
      let key = Key(shape: tensor.shape, bits: tensor.array.map(\.bitPattern))
      if let same = known[key] { alias[index] = same } else { known[key] = index }
    }
  }
}
