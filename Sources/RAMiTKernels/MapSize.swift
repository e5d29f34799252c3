/// Of feature maps N x H x W x C, whatever C.
package struct MapSize {
  let images: Int
  let height: Int
  let width: Int

  package init(images: Int, height: Int, width: Int) {
    self.images = images
    self.height = height
    self.width = width
  }
}
