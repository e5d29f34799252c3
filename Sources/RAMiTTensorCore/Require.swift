/// Ends the program unless a condition holds, as `precondition` does, but tells the message in release builds, too: one
/// line on the standard error stream, such as
///
///     RAMiTAutograd/Matmul.swift:60: Fatal error: 2 x 3 by 4 x 5: 3 columns do not fit 4 rows
///
/// - Parameter message: what was expected and what was found; it is made only when the condition does not hold.
@inlinable
public func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition() { fail(message, file: file, line: line) }
}

/// Ends the program unless an operand has the shape that it must have.
///
/// - Parameters:
///   - shape: what was found; nil stands for an operand that was not given, and is right.
///   - name: the operand's name for the message: "the bias".
@inlinable
public func requireShape(
  _ shape: Shape?, _ expected: Shape, of name: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  guard let shape, shape != expected else { return }
  fail({ "\(name()): expected \(expected), found \(shape)" }, file: file, line: line)
}

/// Never inlined, so that a check costs its caller a comparison and a jump.
@usableFromInline @inline(never)
func fail(_ message: () -> String, file: StaticString, line: UInt) -> Never {
  fatalError(message(), file: file, line: line)
}
