/// The activations that MobiVari can use.
public enum Activation: String, Codable, CaseIterable, Sendable {
  case leakyReLU, relu, relu6, gelu, swish
}
