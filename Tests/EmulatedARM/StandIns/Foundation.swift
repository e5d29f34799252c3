// What the kernels take from the C library.

@_extern(c, "log") package func log(_ x: Double) -> Double
@_extern(c, "exp") package func exp(_ x: Double) -> Double
@_extern(c, "sin") package func sin(_ x: Double) -> Double
@_extern(c, "cos") package func cos(_ x: Double) -> Double
