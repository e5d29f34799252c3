import Foundation

/// The size of a test that proves a promise of docs/RELIABILITY.md: small with each change, full where `RAMIT_FULL=1`
/// asks for it, as `make reliability` does.
package func testSize(_ small: Int, full: Int) -> Int {
  ProcessInfo.processInfo.environment["RAMIT_FULL"] == "1" ? full : small
}
