#if HEIF
  import RAMiTCHEIF
  import Foundation

  /// AVIF and HEIC images, through libheif: the primary image, turned upright by the library; 10 and 12 bits become 16.
  struct HEIFFile: ImageDecoder {
    /// One reader for both kinds; `ImageFile` names the kind that it found.
    static func recognizes(_ bytes: [UInt8]) -> Bool { [.avif, .heic].contains(ImageFormat(startOfFile: bytes)) }

    let width, height, channels, bitDepth: Int
    let orientation = Symmetry.identity
    let metadata: ImageMetadata
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws {
      self.bytes = bytes
      (width, height, channels, bitDepth, metadata) = try Self.withPrimary(bytes) { handle, _ in
        (
          Int(heif_image_handle_get_width(handle)), Int(heif_image_handle_get_height(handle)),
          heif_image_handle_has_alpha_channel(handle) != 0 ? 4 : 3,
          heif_image_handle_get_luma_bits_per_pixel(handle) > 8 ? 16 : 8, Self.metadata(handle)
        )
      }
    }

    private static func withPrimary<Result>(
      _ bytes: [UInt8], _ body: (_ handle: OpaquePointer, _ context: OpaquePointer) throws -> Result
    ) throws -> Result {
      try bytes.withUnsafeBytes { bytes in
        guard let context = heif_context_alloc() else { throw ImageError("an image for which libheif has no memory") }
        defer { heif_context_free(context) }
        try check(heif_context_read_from_memory_without_copy(context, bytes.baseAddress, bytes.count, nil))
        var handle: OpaquePointer?
        try check(heif_context_get_primary_image_handle(context, &handle))
        guard let handle else { throw ImageError("a file without a primary image") }
        defer { heif_image_handle_release(handle) }
        return try body(handle, context)
      }
    }

    private static func check(_ error: heif_error) throws {
      guard error.code != heif_error_Ok else { return }
      let text = error.message.map { String(cString: $0) } ?? ""
      throw ImageError(text.isEmpty ? "one that libheif refuses" : text)
    }

    private static func metadata(_ handle: OpaquePointer) -> ImageMetadata {
      var metadata = ImageMetadata()
      let size = heif_image_handle_get_raw_color_profile_size(handle)
      if size > 0, size <= 16 << 20 {
        var profile = [UInt8](repeating: 0, count: size)
        if heif_image_handle_get_raw_color_profile(handle, &profile).code == heif_error_Ok {
          metadata.iccProfile = profile
        }
      }
      var points: UnsafeMutablePointer<heif_color_profile_nclx>?
      if heif_image_handle_get_nclx_color_profile(handle, &points).code == heif_error_Ok, let points {
        // The decoded samples are RGB (matrix 0) of the full range.
        metadata.colorSpace.codePoints = [
          UInt8(truncatingIfNeeded: points.pointee.color_primaries.rawValue),
          UInt8(truncatingIfNeeded: points.pointee.transfer_characteristics.rawValue), 0, 1,
        ]
        heif_nclx_color_profile_free(points)
      }
      let count = min(heif_image_handle_get_number_of_metadata_blocks(handle, nil), 64)
      var names = [heif_item_id](repeating: 0, count: Int(max(count, 0)))
      _ = heif_image_handle_get_list_of_metadata_block_IDs(handle, nil, &names, count)
      for name in names {
        let size = heif_image_handle_get_metadata_size(handle, name)
        var data = [UInt8](repeating: 0, count: size)
        guard size > 0, heif_image_handle_get_metadata(handle, name, &data).code == heif_error_Ok else { continue }
        switch heif_image_handle_get_metadata_type(handle, name).map({ String(cString: $0) }) {
        case "Exif":
          // Four bytes tell how far the block is from here.
          guard let skip = try? ByteReader(data, .big).uint32(0), 4 + skip < size else { continue }
          metadata.exif = Array(data[(4 + skip)...])
        case "mime": if metadata.xmp == nil { metadata.xmp = data }
        default: break
        }
      }
      return metadata
    }

    func decode(notes: inout [String]) throws -> Image {
      // The decoded planes, which may be subsampled, libheif's RGB, and the image.
      try refuseBomb(perPixel: (2 + 2 * channels) * bitDepth / 8, of: bytes.count)
      return try Self.withPrimary(bytes) { handle, context in
        let others = heif_context_get_number_of_top_level_images(context) - 1
        if others > 0 { notes.append(others == 1 ? "another image left out" : "\(others) other images left out") }
        let chroma =
          bitDepth == 8
          ? (channels == 4 ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB)
          : (channels == 4 ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE)
        var decoded: OpaquePointer?
        try Self.check(heif_decode_image(handle, &decoded, heif_colorspace_RGB, chroma, nil))
        guard let decoded else { throw ImageError("one that libheif refuses") }
        defer { heif_image_release(decoded) }
        var stride: Int32 = 0
        guard let plane = heif_image_get_plane_readonly(decoded, heif_channel_interleaved, &stride),
          heif_image_get_width(decoded, heif_channel_interleaved) == width,
          heif_image_get_height(decoded, heif_channel_interleaved) == height
        else { throw ImageError("another size than the header says") }
        let isAssociated = heif_image_handle_is_premultiplied_alpha(handle) != 0 && channels == 4
        if bitDepth == 8 {
          let values = rows(plane, Int(stride), as: UInt8.self)
          return image(.uint8(isAssociated ? straight(values) : values))
        }
        let bits = Int(heif_image_get_bits_per_pixel_range(decoded, heif_channel_interleaved))
        let top = 1 << max(bits, 1) - 1
        let values = rows(plane, Int(stride), as: UInt16.self).map {
          UInt16(truncatingIfNeeded: (min(Int(UInt16(littleEndian: $0)), top) * 65535 + top / 2) / top)
        }
        return image(.uint16(isAssociated ? straight(values) : values))
      }
    }

    private func image(_ samples: Image.Samples) -> Image {
      Image(width: width, height: height, channels: channels, samples: samples)
    }

    private func rows<Sample>(_ plane: UnsafePointer<UInt8>, _ stride: Int, as type: Sample.Type) -> [Sample] {
      let line = width * channels
      return [Sample](unsafeUninitializedCapacity: line * height) { values, initialized in
        for y in 0..<height {
          let row = UnsafeRawPointer(plane + y * stride)
          memcpy(values.baseAddress! + y * line, row, line * MemoryLayout<Sample>.size)
        }
        initialized = line * height
      }
    }

    /// Colours that were multiplied by alpha, as they were before.
    private func straight<Sample: FixedWidthInteger & UnsignedInteger>(_ values: [Sample]) -> [Sample] {
      var values = values
      let top = Int(Sample.max)
      for pixel in stride(from: 0, to: values.count, by: 4) {
        let alpha = Int(values[pixel + 3])
        for c in pixel..<pixel + 3 where alpha < top {
          values[c] = alpha == 0 ? 0 : Sample(truncatingIfNeeded: min(Int(values[c]) * top / alpha, top))
        }
      }
      return values
    }
  }
#endif
