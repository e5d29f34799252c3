extension PackedMatrix {
  /// Packs `rows` rows of one panel, `width` columns wide, of which the first `columns` are filled and the others zero:
  /// element (k, n) from `source[k * rowStride + n * columnStride]`, one stride being 1; overwrites `target`.
  static func packPanel(
    _ source: UnsafePointer<Float>, rowStride: Int, columnStride: Int, rows: Int, columns: Int, width: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    var row = 0
    if rowStride == 1 && columns == width {
      while row &+ vectorWidth <= rows {
        for column in stride(from: 0, to: width, by: vectorWidth) {
          var block = Block16(source + (column &* columnStride &+ row), stride: columnStride)
          block.transpose()
          block.store(target + (row &* width &+ column), stride: width)
        }
        row &+= vectorWidth
      }
    }
    while row < rows {
      let from = source + row &* rowStride, to = target + row &* width
      if columnStride == 1 {
        copyChannels(from, to, count: columns)
      } else {
        for column in 0..<columns { to[column] = from[column &* columnStride] }
      }
      for column in columns..<width { to[column] = 0 }
      row &+= 1
    }
  }
}
