"""Makes the image files of this folder: pip install pillow piexif pypng tifffile imagecodecs; python make_fixtures.py

Every file holds the same small picture, sample (x, y, c) = (37 x + 59 y + 101 c + 13 x y) mod 256 (16 bits: times
257, plus x + 3 y, mod 65536; fewer bits: mod 2^bits), so that the tests know what to expect of each.
"""

import io
import itertools

import numpy as np
import piexif
import png
import tifffile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

WIDTH, HEIGHT = 21, 18


def picture(channels, bits=8):
    y, x, c = np.mgrid[0:HEIGHT, 0:WIDTH, 0:channels]
    value = (37 * x + 59 * y + 101 * c + 13 * x * y) % 256
    if bits == 16:
        return ((value * 257 + x + 3 * y) % 65536).astype(np.uint16)
    return (value % (1 << bits)).astype(np.uint8)


def make_png():
    for bits, interlaced in itertools.product((1, 2, 4, 8, 16), (False, True)):
        name = f"gray{bits}{'_interlaced' if interlaced else ''}.png"
        writer = png.Writer(WIDTH, HEIGHT, greyscale=True, bitdepth=bits, interlace=interlaced)
        writer.write(open(name, "wb"), picture(1, bits)[..., 0].tolist())
    for channels, bits, interlaced in itertools.product((2, 3, 4), (8, 16), (False, True)):
        name = f"{'-ga-rgb-rgba'.split('-')[channels - 1]}{bits}{'_interlaced' if interlaced else ''}.png"
        writer = png.Writer(
            WIDTH, HEIGHT, greyscale=channels < 3, alpha=channels in (2, 4), bitdepth=bits, interlace=interlaced
        )
        writer.write(open(name, "wb"), picture(channels, bits).reshape(HEIGHT, -1).tolist())
    for bits in (1, 2, 4, 8):
        colours = [(7 * i % 256, 11 * i % 256, 255 - i) for i in range(1 << bits)]
        writer = png.Writer(WIDTH, HEIGHT, palette=colours, bitdepth=bits)
        writer.write(open(f"palette{bits}.png", "wb"), picture(1, bits)[..., 0].tolist())
    colours = [(7 * i % 256, 11 * i % 256, 255 - i, (3 * i + 5) % 256) for i in range(16)]
    png.Writer(WIDTH, HEIGHT, palette=colours, bitdepth=4).write(
        open("palette4_alpha.png", "wb"), picture(1, 4)[..., 0].tolist()
    )
    # One gray level is transparent (tRNS).
    writer = png.Writer(WIDTH, HEIGHT, greyscale=True, bitdepth=8, transparent=13)
    writer.write(open("gray8_transparent.png", "wb"), picture(1)[..., 0].tolist())


def make_metadata():
    """A PNG and a JPEG with all that a file may say of its picture; a camera's thumbnail too."""
    image = Image.fromarray(picture(3))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    thumbnail = io.BytesIO()
    image.save(thumbnail, "jpeg")
    exif = piexif.dump(
        {
            "0th": {271: b"Camera", 274: 6, 282: (300, 1), 283: (300, 1), 296: 2, 315: b"Ann Example"},
            "Exif": {36867: b"2021:05:06 07:08:09", 37500: b"maker note", 40962: WIDTH, 40963: HEIGHT},
            "GPS": {1: b"N", 2: ((1, 1), (2, 1), (3, 1))},
            "1st": {513: 0, 514: 0},
            "thumbnail": thumbnail.getvalue(),
        }
    )
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="6" exif:PixelXDimension="21">'
        "<exif:PixelYDimension>18</exif:PixelYDimension></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    texts = PngInfo()
    texts.add_text("Author", "Ann Example")
    texts.add_text("Description", "long " * 60, zip=True)
    texts.add_itxt("Title", "\u5199\u771f", "ja")
    texts.add_itxt("XML:com.adobe.xmp", xmp)
    for name, data in ((b"cICP", bytes([12, 13, 0, 1])), (b"gAMA", (45455).to_bytes(4, "big"))):
        texts.add(name, data)
    image.save("metadata.png", icc_profile=profile, exif=exif, dpi=(300, 300), pnginfo=texts)
    image.save(
        "metadata.jpg",
        icc_profile=profile,
        exif=exif,
        dpi=(300, 300),
        xmp=xmp.encode(),
        comment=b"a comment",
        quality=90,
    )


def make_oriented():
    upright = Image.fromarray(
        np.kron(
            np.array(
                [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [255, 255, 255], [128, 128, 128]]], np.uint8
            ),
            np.ones((8, 8, 1), np.uint8),
        )
    )
    # What must be stored so that a reader that honours the tag shows `upright`.
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }
    for value, image in stored.items():
        exif = Image.Exif()
        exif[0x0112] = value
        image.save(f"orientation{value}.jpg", quality=100, subsampling=0, exif=exif)
        image.save(f"orientation{value}.png", exif=exif)
        image.save(f"orientation{value}.tif", tiffinfo={274: value})


def make_tiff():
    for order, channels, bits in itertools.product("<>", (1, 3, 4), (8, 16)):
        tifffile.imwrite(
            f"{'little' if order == '<' else 'big'}{channels}x{bits}.tif",
            picture(channels, bits).squeeze(),
            byteorder=order,
            photometric="rgb" if channels > 1 else "minisblack",
            extrasamples=["unassalpha"] if channels == 4 else None,
            metadata=None,
        )
    for name, options in {
        "packbits": dict(compression="packbits"),
        "lzw": dict(compression="lzw"),
        "lzw_predictor": dict(compression="lzw", predictor=True),
        "deflate": dict(compression="zlib"),
        "deflate_predictor": dict(compression="zlib", predictor=True),
        "strips": dict(rowsperstrip=5),
        "planar": dict(planarconfig="separate"),
        "tiles": dict(tile=(16, 16)),
        "tiles_lzw": dict(tile=(16, 16), compression="lzw", predictor=True),
    }.items():
        for bits in (8, 16):
            pixels = picture(3, bits)
            planar = options.get("planarconfig") == "separate"
            tifffile.imwrite(
                f"{name}{bits}.tif",
                np.moveaxis(pixels, 2, 0) if planar else pixels,
                photometric="rgb",
                metadata=None,
                **options,
            )
    tifffile.imwrite("white_is_zero.tif", 255 - picture(1)[..., 0], photometric="miniswhite", metadata=None)
    Image.fromarray(picture(1, 1)[..., 0].astype(bool)).save("bilevel.tif")
    # Long enough for codes of 12 bits and a full table.
    noise = np.random.default_rng(1).integers(0, 256, (72, 96), np.uint8)
    tifffile.imwrite("lzw_long.tif", noise, compression="lzw", rowsperstrip=72, photometric="minisblack", metadata=None)
    np.save("lzw_long.npy", noise)
    indexed().save("palette.tif")
    with tifffile.TiffWriter("pages.tif") as pages:
        for page in (picture(1), 255 - picture(1)):
            pages.write(page[..., 0], photometric="minisblack", compression="packbits", metadata=None)


def make_tiff_kinds():
    """What libtiff decodes and the first reader did not; beside the lossy ones what they are decoded to."""
    gray, rgb, deep = picture(1)[..., 0], picture(3), picture(3, 16)
    for name, options in {
        "lzma": dict(compression="lzma"),
        "zstd": dict(compression="zstd", predictor=2),
        "lerc": dict(compression="lerc"),
        "tiles_zstd": dict(compression="zstd", tile=(16, 16)),
        "bigtiff": dict(bigtiff=True),
        "planar_tiles": dict(planarconfig="separate", tile=(16, 16)),
    }.items():
        pixels = np.moveaxis(deep, 2, 0) if "planarconfig" in options else deep
        tifffile.imwrite(f"kind_{name}.tif", pixels, photometric="rgb", metadata=None, **options)
    tifffile.imwrite(
        "kind_bits12.tif", picture(1, 16)[..., 0] >> 4, photometric="minisblack", bitspersample=12, metadata=None
    )
    tifffile.imwrite(
        "kind_float.tif",
        (deep / 65535).astype(np.float32),
        photometric="rgb",
        compression="zlib",
        predictor=3,
        metadata=None,
    )
    for order in "<>":
        tifffile.imwrite(
            f"kind_double{'be' if order == '>' else 'le'}.tif",
            deep[..., 0] / 65535,
            photometric="minisblack",
            byteorder=order,
            metadata=None,
        )
    bilevel = Image.fromarray(picture(1, 1)[..., 0].astype(bool))
    for compression in ("tiff_ccitt", "group3", "group4"):
        bilevel.save(f"kind_{compression}.tif", compression=compression)
    smooth = Image.fromarray((rgb // 4 + np.mgrid[0:HEIGHT, 0:WIDTH].sum(0)[..., None] * 4).astype(np.uint8))
    inks = smooth.convert("CMYK")
    files = {
        "cmyk": (inks, dict(compression="tiff_lzw")),
        "jpeg": (smooth, dict(compression="jpeg", quality=90)),
        "ycbcr": (smooth.convert("YCbCr"), dict(compression="tiff_lzw")),
        "cmyk_jpeg": (inks, dict(compression="jpeg", quality=90)),
    }
    for name, (image, options) in files.items():
        image.save(f"kind_{name}.tif", **options)
        open(f"kind_{name}.raw", "wb").write(Image.open(f"kind_{name}.tif").convert("RGB").tobytes())
    with tifffile.TiffWriter("kind_subifd.tif") as file:
        # As cameras do: a thumbnail first, and the picture as its part.
        file.write(rgb[::3, ::3], photometric="rgb", subfiletype=1, subifds=1, metadata=None)
        file.write(rgb, photometric="rgb", compression="zlib", metadata=None)


def make_webp():
    rgba = Image.fromarray(picture(4), "RGBA")
    rgba.save("lossless.webp", lossless=True, exact=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "an artist"
    Image.fromarray(picture(3)).save(
        "turned.webp", lossless=True, exif=exif, icc_profile=b"a profile", xmp=b"<x:xmpmeta/>"
    )
    frames = [Image.fromarray(picture(3)), Image.fromarray(255 - picture(3)), Image.fromarray(picture(3) // 2)]
    frames[0].save("frames.webp", save_all=True, append_images=frames[1:], lossless=True)
    image = Image.fromarray((picture(3) // 4 + np.mgrid[0:HEIGHT, 0:WIDTH].sum(0)[..., None] * 4).astype(np.uint8))
    image.save("lossy.webp", quality=80)
    open("lossy.raw", "wb").write(Image.open("lossy.webp").tobytes())


def make_netpbm():
    gray, rgb = picture(1)[..., 0], picture(3)

    def save(name, header, body):
        open(name, "wb").write(f"{header.replace('SIZE', f'{WIDTH} {HEIGHT}')}\n".encode() + body)

    text = lambda pixels: "\n".join(" ".join(map(str, row.flatten())) for row in pixels).encode()
    save("text.ppm", "P3 # colours\nSIZE\n# white\n255", text(rgb))
    save("text.pgm", "P2 SIZE 65535", text(picture(1, 16)))
    save("bits_text.pgm", "P1\nSIZE", b"".join(b"01"[v : v + 1] for v in 1 - picture(1, 1).flatten()))
    save("bits.pgm", "P4\nSIZE", np.packbits(1 - picture(1, 1)[..., 0], axis=1).tobytes())
    save("deep.ppm", "P6\nSIZE\n65535", picture(3, 16).astype(">u2").tobytes())
    save("bytes.pgm", "P5\nSIZE\n255", gray.tobytes() + b"P5\n1 1\n255\n1")
    header = f"P7\nWIDTH {WIDTH}\nHEIGHT {HEIGHT}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR"
    save("map.ppm", header, picture(4).tobytes())
    save("float.pfm", "PF\nSIZE\n-1.0", (picture(3, 16)[::-1] / 65535).astype("<f4").tobytes())


def indexed():
    image = Image.fromarray(picture(1, 4)[..., 0]).convert("P")
    image.putdata(picture(1, 4).flatten().tolist())
    image.putpalette([level for i in range(16) for level in (7 * i % 256, 11 * i % 256, 255 - i)])
    return image


def make_jpeg():
    """Beside each file what it is decoded to (NAME.raw): interleaved bytes, top row first."""
    smooth = Image.fromarray((picture(3) // 4 + np.mgrid[0:HEIGHT, 0:WIDTH].sum(0)[..., None] * 4).astype(np.uint8))
    files = {
        "gray": (smooth.convert("L"), {}),
        "subsampled": (smooth, dict(quality=85)),
        "progressive": (smooth, dict(quality=85, subsampling=0, progressive=True)),
        "cmyk": (smooth.convert("CMYK"), dict(quality=90)),
    }
    for name, (image, options) in files.items():
        image.save(f"{name}.jpg", **options)
        decoded = Image.open(f"{name}.jpg")
        open(f"{name}.raw", "wb").write((decoded.convert("RGB") if name == "cmyk" else decoded).tobytes())


def make_bmp():
    Image.fromarray(picture(3)).save("rgb.bmp")
    Image.fromarray(picture(1)[..., 0]).save("gray.bmp")
    Image.fromarray(picture(1, 1)[..., 0].astype(bool)).save("bilevel.bmp")
    Image.fromarray(picture(4), "RGBA").save("rgba.bmp")
    indexed().save("palette.bmp")


def resized(pixels, scale, size):
    """MATLAB's bicubic as one dense matrix a side: weights of every source pixel for every result pixel."""

    def matrix(source, target):
        stretch = min(scale, 1)
        center = (np.arange(1, target + 1) / scale + 0.5 * (1 - 1 / scale))[:, None]
        place = np.arange(1 - 20, source + 20)[None]
        t = np.abs(stretch * (center - place))
        weight = np.where(
            t <= 1, 1.5 * t**3 - 2.5 * t**2 + 1, np.where(t <= 2, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2, 0)
        )
        weight /= weight.sum(1, keepdims=True)
        folded = np.zeros((target, source))
        np.add.at(folded.T, np.clip(place[0] - 1, 0, source - 1), weight.T)
        return folded

    def levels(values):
        return np.clip(np.floor(values + 0.5 + 1e-9), 0, 255)

    rows = levels(np.einsum("ij,jxc->ixc", matrix(pixels.shape[0], size[0]), pixels.astype(float)))
    return levels(np.einsum("ij,yjc->yic", matrix(pixels.shape[1], size[1]), rows)).astype(np.uint8)


def make_resized():
    for name, scale in (("half", 1 / 2), ("third", 1 / 3), ("double", 2), ("triple", 3)):
        pixels = picture(3)[:, : WIDTH // 6 * 6] if scale < 1 else picture(3)
        size = [round(side * scale) for side in pixels.shape[:2]]
        Image.fromarray(resized(pixels, scale, size)).save(f"bicubic_{name}.png")


if __name__ == "__main__":
    make_resized()
    make_png()
    make_metadata()
    make_oriented()
    make_tiff()
    make_tiff_kinds()
    make_jpeg()
    make_bmp()
    make_webp()
    make_netpbm()
