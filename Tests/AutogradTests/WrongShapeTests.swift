import RAMiTAutograd
import RAMiTTensorCore
import Testing

/// An operand of a wrong shape ends the program with one line that says what was expected and what was found, in
/// release builds, too.
@Suite struct WrongShapeTests {
  @Test(arguments: WrongShape.allCases)
  fileprivate func isToldWithWhatWasExpected(_ wrong: WrongShape) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [wrong] in
      compute(wrong)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: \(wrong.message)\n"), "\(text.prefix(300))")
  }
}

/// One of each family of operations, and of what is common to them.
private enum WrongShape: String, CaseIterable, Codable, Sendable {
  case elementwise, axis, repeatedAxis, extreme, product, productRank, productBatch, linear, linearBias, convolution
  case kernelSize, transposedConvolution, depthwiseConvolution, pooling, normalization, layerNorm, softmax, reshaping
  case openSize, openSizes, permutation, repetition, concatenation, slicing, gathering, padding, reflection, windows
  case pixelShuffle, resizing, loss, stochasticDepth, windowAttention, channelAttention, reciprocalAttention, mobiVari
  case feedForward, mixedFeedForward, mlp, fusedLinear, shiftConvolution, pointwise, linearAlgebra, squareMatrix
  case principalComponents
  case gradient, seed

  var message: String {
    switch self {
    case .elementwise: "2 x 3 and 2 x 4 cannot be broadcast: sizes differ, and none is 1"
    case .axis: "2 x 3 has no axis 2"
    case .repeatedAxis: "an axis of 2 x 3 comes twice in [1, -1]"
    case .extreme: "0 has no elements to choose from"
    case .product: "2 x 3 by 4 x 5: 3 columns do not fit 4 rows"
    case .productRank: "a matrix product takes two axes or more, not 3 and 2 x 3"
    case .productBatch: "the leading axes of 2 x 2 x 3 and 4 x 3 x 3 do not fit"
    case .linear: "the weight for 2 x 3 is O x 3, not 5 x 4"
    case .linearBias: "the bias with the weight 4 x 3: expected 4, found 3"
    case .convolution: "the weight in 2 groups for the map 1 x 5 x 5 x 4: expected 6 x 3 x 3 x 2, found 6 x 3 x 3 x 4"
    case .kernelSize:
      "the weight 8 x 6 x 3 x 4 with padding 0 x 0 and dilation 1 x 1 does not fit into the map 1 x 5 x 5 x 4"
    case .transposedConvolution: "the weight for the map 1 x 5 x 5 x 4: expected 4 x 3 x 3 x 6, found 6 x 3 x 3 x 6"
    case .depthwiseConvolution: "a depth-wise weight for the map 1 x 5 x 5 x 4 is kh x kw x 4, not 3 x 3 x 5"
    case .pooling: "the window 4 x 4 with padding 0 x 0 and dilation 1 x 1 does not fit into the map 1 x 3 x 5 x 2"
    case .normalization: "the bias for 2 x 5 x 5 x 6: expected 6, found 5"
    case .layerNorm: "the residual: expected 2 x 6, found 2 x 5"
    case .softmax: "2 x 3 has no axis -3"
    case .reshaping: "2 x 3 cannot be reshaped to 4 x 2"
    case .openSize: "2 x 3 cannot be reshaped to [7, -1]"
    case .openSizes: "at most one size may be -1: [-1, -1]"
    case .permutation: "1 x 5 x 5 x 4 cannot be permuted by [0, 1, 2]"
    case .repetition: "an axis of 2 x 3 comes twice in [1, 1]"
    case .concatenation: "2 x 3 and 2 x 4 cannot be concatenated on axis 0"
    case .slicing: "2..<5 is not in axis 1 of 2 x 3"
    case .gathering: "axis 1 of 2 x 3 has no element 3"
    case .padding: "a feature map is N x H x W x C, not 2 x 3"
    case .reflection: "reflection adds less than the sides of 1 x 5 x 5 x 4, not 5 rows and 0 columns"
    case .windows: "a map of windows of 4 x 4 has sides that are multiples of theirs, not 1 x 8 x 6 x 2"
    case .pixelShuffle: "a map to shuffle by 2 is N x H x W x C, with C a multiple of 4, not 1 x 3 x 3 x 6"
    case .resizing: "a map of 0 x 4 cannot be made from 1 x 3 x 3 x 2"
    case .loss: "the target: expected 1 x 2 x 2 x 3, found 1 x 2 x 3 x 3"
    case .stochasticDepth: "the end of a branch: expected 2 x 3, found 2 x 4"
    case .windowAttention: "windows of 4 x 4 do not divide the map 1 x 6 x 8 x 12"
    case .channelAttention:
      "queries, keys and values of 2 heads are N x ... x 3C, with C a multiple of 2, not 1 x 5 x 9"
    case .reciprocalAttention:
      "a map of windows of 4 x 4 has sides that are multiples of 4, not 1 x 6 x 8 x 4"
    case .mobiVari: "the expansion of 4 channels: expected 5 x 4, found 5 x 3"
    case .feedForward: "the branch: expected 5 x 4, found 5 x 3"
    case .mixedFeedForward: "the features of these heads: expected 1 x 3 x 2 x 4, found 1 x 3 x 3 x 4"
    case .mlp: "the output layer behind 8 x 4: expected 4 x 8, found 4 x 7"
    case .fusedLinear: "the layer for 5 x 3: expected 6 x 3, found 6 x 4"
    case .shiftConvolution: "the residual: expected 1 x 3 x 3 x 6, found 1 x 3 x 3 x 5"
    case .pointwise: "the bias with the weight 6 x 4: expected 6, found 4"
    case .linearAlgebra: "A of ... x N x N and B of ... x N x K can be solved, not 3 x 3 and 4 x 2"
    case .squareMatrix: "square matrices are ... x N x N, not 2 x 3"
    case .principalComponents: "3 principal components of 4 x 2: there are 4 samples of 2 channels"
    case .gradient: "the gradient: expected 2 x 3, found 3 x 2"
    case .seed: "the seed: expected 2, found 3"
    }
  }
}

/// Ends the process.
private func compute(_ wrong: WrongShape) {
  func zeros(_ shape: Shape) -> Variable { Variable(constant: Tensor(zeros: shape)) }
  func layer(_ outputs: Int, _ inputs: Int) -> PointwiseParameters {
    PointwiseParameters(weight: zeros([outputs, inputs]), bias: zeros([outputs]))
  }
  let x = zeros([2, 3]), map = zeros([1, 5, 5, 4])
  switch wrong {
  case .elementwise: _ = x + zeros([2, 4])
  case .axis: _ = x.sum(axes: [2])
  case .repeatedAxis: _ = x.sum(axes: [1, -1])
  case .extreme: _ = zeros([0]).max()
  case .product: _ = matmul(x, zeros([4, 5]))
  case .productRank: _ = matmul(zeros([3]), x)
  case .productBatch: _ = matmul(zeros([2, 2, 3]), zeros([4, 3, 3]))
  case .linear: _ = linear(x, weight: zeros([5, 4]))
  case .linearBias: _ = linear(x, weight: zeros([4, 3]), bias: zeros([3]))
  case .convolution: _ = conv2d(map, weight: zeros([6, 3, 3, 4]), groups: 2)
  case .kernelSize: _ = conv2d(map, weight: zeros([8, 6, 3, 4]))
  case .transposedConvolution: _ = convTranspose2d(map, weight: zeros([6, 3, 3, 6]))
  case .depthwiseConvolution: _ = depthwiseConv2d(map, weight: zeros([3, 3, 5]))
  case .pooling: _ = maxPool2d(zeros([1, 3, 5, 2]), kernelSize: 4)
  case .normalization: _ = groupNorm(zeros([2, 5, 5, 6]), groups: 2, bias: zeros([5]))
  case .layerNorm: _ = layerNorm(zeros([2, 6]), weight: nil, bias: nil, residual: zeros([2, 5]))
  case .softmax: _ = softmax(x, axis: -3)
  case .reshaping: _ = x.reshaped([4, 2])
  case .openSize: _ = x.reshaped([7, -1])
  case .openSizes: _ = x.reshaped([-1, -1])
  case .permutation: _ = map.permuted([0, 1, 2])
  case .repetition: _ = x.permuted([1, 1])
  case .concatenation: _ = concatenate([x, zeros([2, 4])], axis: 0)
  case .slicing: _ = x.sliced(axis: 1, 2..<5)
  case .gathering: _ = x.gather(axis: 1, indices: [3])
  case .padding: _ = pad(x, top: 1)
  case .reflection: _ = pad(map, top: 5, mode: .reflect)
  case .windows: _ = windowPartition(zeros([1, 8, 6, 2]), window: 4)
  case .pixelShuffle: _ = pixelShuffle(zeros([1, 3, 3, 6]), 2)
  case .resizing: _ = interpolate(zeros([1, 3, 3, 2]), height: 0, width: 4)
  case .loss: _ = l1Loss(zeros([1, 2, 2, 3]), Tensor(zeros: [1, 2, 3, 3]))
  case .stochasticDepth: _ = stochasticDepth(x, zeros([2, 4]), factors: [1, 1])
  case .windowAttention: _ = windowAttention(zeros([1, 6, 8, 12]), heads: 2, window: 4)
  case .channelAttention: _ = channelAttention(zeros([1, 5, 9]), heads: 2, scale: zeros([2]))
  case .reciprocalAttention:
    let spatial = ReciprocalAttentionParameters.Spatial(
      logitScale: zeros([2, 1, 1]), biasTable: zeros([49, 2]), projection: layer(4, 4))
    _ = reciprocalAttention(
      zeros([1, 6, 8, 4]), previous: nil, .init(qkv: layer(12, 4), spatial: spatial, channel: nil), window: 4,
      shift: 0)
  case .mobiVari:
    let parameters = MobiVariParameters(
      expand: layer(5, 3), depthwise: DepthwiseParameters(weight: zeros([3, 3, 5]), bias: zeros([5])),
      pointwise: layer(2, 5))
    _ = mobiVari(map, parameters, activation: .relu)
  case .feedForward:
    let norm = NormParameters(weight: zeros([4]), bias: zeros([4]))
    _ = feedForward(
      zeros([5, 4]), adding: NormedBranch(zeros([5, 3]), norm), hidden: layer(8, 4), out: layer(4, 8), norm: norm)
  case .mixedFeedForward:
    let norm = NormParameters(weight: zeros([4]), bias: zeros([4]))
    let mix = MobiVariParameters(
      expand: nil, depthwise: DepthwiseParameters(weight: zeros([3, 3, 4]), bias: zeros([4])), pointwise: layer(4, 4))
    _ = mixedFeedForward(
      zeros([1, 3, 3, 4]), heads: zeros([1, 3, 2, 4]), mix: mix, activation: .relu, branchNorm: norm,
      hidden: layer(8, 4), out: layer(4, 8), norm: norm)
  case .mlp: _ = mlp(zeros([5, 4]), hidden: layer(8, 4), out: layer(4, 7), addsInput: true)
  case .fusedLinear: _ = fusedLinear(zeros([5, 3]), layer(6, 4))
  case .shiftConvolution: _ = shiftConv2d(zeros([1, 3, 3, 4]), layer(6, 4), adding: zeros([1, 3, 3, 5]))
  case .pointwise: _ = PointwiseParameters(weight: zeros([6, 4]), bias: zeros([4]))
  case .linearAlgebra: _ = try? Linalg.solve(zeros([3, 3]), zeros([4, 2]))
  case .squareMatrix: _ = try? Linalg.inverse(x)
  case .principalComponents: _ = try? PrincipalComponents(of: Tensor(zeros: [4, 2]), count: 3)
  case .gradient: _ = Variable(leaf: Tensor(zeros: [2, 3]), gradient: Tensor(zeros: [3, 2]))
  case .seed:
    let x = Variable(leaf: Tensor(zeros: [2]), gradient: Tensor(zeros: [2]))
    Tape().backward(from: x, seed: Tensor(zeros: [3]))
  }
}
