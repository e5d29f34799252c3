import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  /// Reciprocal attention with S spatial and K channel heads.
  /// - Parameter logitScale: around which the heads' scales lie; above log 100 they are clamped.
  static func attention(
    batch: Int = 1, height: Int, width: Int, spatial: Int, channel: Int, headDim: Int, window: Int, shift: Int = 0,
    helper: Bool = false, logitScale: Float = 1.5
  ) -> OperationCheck {
    let c = (spatial + channel) * headDim, map: Shape = [batch, height, width, c]
    let (s, k) = (spatial * headDim, channel * headDim)
    let scale = 1 / Float(c).squareRoot()
    var operands = [
      Operand("x", map), Operand("qkv.weight", [3 * c, c], spread: scale), Operand("qkv.bias", [3 * c], spread: 0.3),
    ]
    if helper { operands.append(Operand("previous", map)) }
    if spatial > 0 {
      operands += [
        Operand("spatial.logitScale", [spatial, 1, 1], spread: 0.3, centre: logitScale),
        Operand("spatial.biasTable", [(2 * window - 1) * (2 * window - 1), spatial], spread: 0.5),
        Operand("spatial.projection.weight", [s, s], spread: scale), Operand("spatial.projection.bias", [s]),
      ]
    }
    if channel > 0 {
      operands += [
        Operand("channel.logitScale", [channel, 1, 1], spread: 0.3, centre: logitScale),
        Operand("channel.projection.weight", [k, k], spread: scale), Operand("channel.projection.bias", [k]),
      ]
    }
    let title =
      "attention \(map), \(spatial) + \(channel) heads, window \(window), shift \(shift)\(helper ? ", helper" : "")"
    return OperationCheck(title, operands) { v in
      reciprocalAttention(
        v.x, previous: v.optional("previous"),
        ReciprocalAttentionParameters(
          qkv: v.pointwise("qkv"),
          spatial: spatial == 0
            ? nil
            : .init(
              logitScale: v["spatial.logitScale"], biasTable: v["spatial.biasTable"],
              projection: v.pointwise("spatial.projection")),
          channel: channel == 0
            ? nil
            : .init(logitScale: v["channel.logitScale"], projection: v.pointwise("channel.projection"))),
        window: window, shift: shift)
    } twin: { v in
      Twin.reciprocalAttention(
        v.x, previous: v.optional("previous"), qkv: v.pointwise("qkv"),
        spatial: spatial == 0
          ? nil
          : Twin.SpatialHeads(
            logitScale: v["spatial.logitScale"], biasTable: v["spatial.biasTable"],
            projection: v.pointwise("spatial.projection")),
        channel: channel == 0
          ? nil
          : Twin.ChannelHeads(logitScale: v["channel.logitScale"], projection: v.pointwise("channel.projection")),
        window: window, shift: shift)
    }
  }
}
