import Foundation

extension String {
  /// This path with a leading `~` or `~/` replaced by the home folder, `$HOME`.
  ///
  /// Shells expand a tilde only where a word begins with it, so that one in `--set key=~/photos` or in a configuration
  /// arrives unexpanded. Anything else stays as it is: `~name`, a tilde further on, and every path where there is no
  /// home folder.
  package var expandingTilde: String {
    guard self == "~" || utf8.starts(with: "~/".utf8) else { return self }
    guard let home = ProcessInfo.processInfo.environment["HOME"], !home.isEmpty else { return self }
    return home + dropFirst()
  }
}
