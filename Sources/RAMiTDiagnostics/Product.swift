/// The program as a product.
package enum Product {
  package static let version = "0.1.0"
}
