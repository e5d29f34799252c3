// Arithmetic with one number.

extension UnaryFunction {
  /// x + number.
  package static func adding(_ number: Float) -> UnaryFunction { UnaryFunction(AddNumber(number: number)) }
  /// x * number.
  package static func multiplying(by number: Float) -> UnaryFunction { UnaryFunction(MultiplyByNumber(number: number)) }
  /// x / number.
  package static func dividing(by number: Float) -> UnaryFunction { UnaryFunction(DivideByNumber(number: number)) }
  /// number - x.
  package static func subtracting(from number: Float) -> UnaryFunction {
    UnaryFunction(SubtractFromNumber(number: number))
  }
  /// number / x.
  package static func dividing(_ number: Float) -> UnaryFunction { UnaryFunction(DivideNumber(number: number)) }
  /// -x.
  package static let negative = multiplying(by: -1)
}

private struct AddNumber: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.nothing
  let number: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector { x + Vector(repeating: number) }
  @inline(__always)
  func derivative(_: Vector) -> Vector { Vector(repeating: 1) }
}

private struct MultiplyByNumber: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.nothing
  let number: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector { x * Vector(repeating: number) }
  @inline(__always)
  func derivative(_: Vector) -> Vector { Vector(repeating: number) }
}

private struct DivideByNumber: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.nothing
  let number: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector { x / Vector(repeating: number) }
  @inline(__always)
  func derivative(_: Vector) -> Vector { Vector(repeating: 1 / number) }
}

private struct SubtractFromNumber: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.nothing
  let number: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector { Vector(repeating: number) - x }
  @inline(__always)
  func derivative(_: Vector) -> Vector { Vector(repeating: -1) }
}

private struct DivideNumber: UnaryElementFunction {
  let number: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector { Vector(repeating: number) / x }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { Vector(repeating: -number) / x / x }
}
