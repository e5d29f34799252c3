import RAMiTKernels
import RAMiTTensorCore

/// What a general operation computes, apart from its operands and from the sizes that follow from those of the image.
///
/// An operation describes itself by one of these where it makes its result (`Variable.init(_:from:as:)`). A fused
/// operation has none: while a graph is traced, it computes by the general operations of which it is made.
package enum GraphOperation: Hashable, Sendable {
  /// f(x) of each element.
  case unary(UnaryOperation)
  /// f(a, b) of each pair of elements, broadcast.
  case binary(BinaryOperation)
  /// 1 where the comparison of a and b holds, else 0, broadcast.
  case comparison(ComparisonOperation)
  /// Of a condition, a and b: a where the condition is not 0, else b, broadcast.
  case choice
  /// x times a number for each channel, plus another.
  case scaleAndShift(scale: [Float], shift: [Float])

  /// Sizes: the result's shape.
  case reshape
  /// Axis i of the result is axis [i] of the operand.
  case permutation([Int])
  /// Sizes: the first element of the axis, and the one behind the last.
  case slice(axis: Int)
  case flip(axes: [Int])
  /// Sizes: how far the elements of each axis move, cyclically.
  case roll(axes: [Int])
  case concatenation(axis: Int)
  case gather(axis: Int, indices: [Int])
  /// Sizes: the result's shape.
  case broadcast
  /// A feature map with pixels around it. Sizes: how many above, below, on the left, on the right.
  case padding(PaddingMode)
  case pixelShuffle(factor: Int)

  /// Of x and the weight O x I, and the bias where there is one.
  case linear
  case matmul(transposesA: Bool, transposesB: Bool)
  /// Of x and the weight O x kh x kw x I/groups, and the bias where there is one.
  case convolution(stride: IntPair, padding: IntPair, dilation: IntPair, groups: Int)
  /// Of x and the weight kh x kw x C, and the bias where there is one.
  case depthwiseConvolution(stride: IntPair, padding: IntPair, dilation: IntPair)
  /// Of x and the weight I x kh x kw x O/groups, and the bias where there is one.
  case transposedConvolution(
    stride: IntPair, padding: IntPair, outputPadding: IntPair, dilation: IntPair, groups: Int)

  /// Of x, and the weight and the bias where the norm has them.
  case layerNorm(NormForm, epsilon: Float, hasWeight: Bool, hasBias: Bool)
  /// Of N x ... x C, and the weight and the bias where the norm has them.
  case groupNorm(groups: Int, epsilon: Float, hasWeight: Bool, hasBias: Bool)
  /// Of x, the mean and the variance, and the weight and the bias where the norm has them.
  case batchNorm(epsilon: Float, hasWeight: Bool, hasBias: Bool)
  /// x / max(|x|, epsilon) along the axis.
  case unitLength(axis: Int, epsilon: Float)
  case softmax(axis: Int, isLogarithm: Bool)

  case reduction(ReductionKind, axes: [Int], keepsDimensions: Bool)
  case cumulativeSum(axis: Int)
  case maxPool(kernel: IntPair, stride: IntPair, padding: IntPair)
  case averagePool(kernel: IntPair, stride: IntPair, padding: IntPair, countsPadding: Bool)
  /// Sizes: the result's height and width. The scale, where there is one, decides where pixels lie.
  case interpolation(InterpolationMode, alignsCorners: Bool, isAntialiased: Bool, scale: Double?)

  /// An operation that does not describe itself, by its function's name.
  case other(String)

  /// What layer norms divide by, and whether they subtract the mean.
  package enum NormForm: Hashable, Sendable { case layer, biasFree, rootMeanSquare }

  /// How elements of some axes become one.
  package enum ReductionKind: Hashable, Sendable { case sum, mean, maximum, minimum, l1, l2, logSumExp }
}

/// How an operation describes itself in a traced graph.
package struct GraphDescription {
  package let operation: GraphOperation
  /// The integers that follow from the sizes of the image; `GraphOperation` says which.
  package let sizes: [Int]
  /// The operands, where they are others than the variables of which the result was made.
  package let operands: [Tensor]?

  package init(_ operation: GraphOperation, sizes: [Int] = [], operands: [Tensor]? = nil) {
    (self.operation, self.sizes, self.operands) = (operation, sizes, operands)
  }
}
