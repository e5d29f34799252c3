import Foundation

/// A library of the system that is opened when it is first needed and then stays open, unless it is closed.
///
/// Linked libraries would be loaded at every start of the program: OpenBLAS alone takes longer than all the rest.
struct DynamicLibrary {
  private let handle: UnsafeMutableRawPointer

  /// - Returns: nil where the library is not installed.
  init?(_ fileName: String) {
    guard let handle = dlopen(fileName, RTLD_NOW | RTLD_LOCAL) else { return nil }
    self.handle = handle
  }

  /// The function of that name; nil where the library has none.
  /// - Parameter type: its type, `@convention(c)`, as the library's header declares it.
  func function<F>(_ name: String, as type: F.Type) -> F? {
    dlsym(handle, name).map { unsafeBitCast($0, to: type) }
  }

  /// No function of the library may be called any more.
  func close() { dlclose(handle) }
}
