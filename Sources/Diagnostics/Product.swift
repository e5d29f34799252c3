/// What this program is.
public enum Product {
  public static let version = "0.1.0"
}
