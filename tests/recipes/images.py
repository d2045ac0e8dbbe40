#!/usr/bin/env python3
"""Makes a small image and decodes it with libjpeg-turbo (through Pillow) or OpenJPEG; prints the vector.

Usage: images.py NAME; without NAME all of them, into test-vectors/image/. Needs Debian's python3-pil and libopenjp2-tools.
"""
import io
import os
import struct
import subprocess
import sys
import tempfile
from PIL import Image

WIDTH, HEIGHT = 21, 19


def drawn(mode, width=WIDTH, height=HEIGHT):
    """Ramps and a disc: smooth parts and an edge."""
    image = Image.new("RGBA", (width, height))
    for y in range(height):
        for x in range(width):
            inside = (x - 8) ** 2 + (y - 9) ** 2 < 30
            red, green, blue = 11 * x % 256, 13 * y % 256, 5 * (x + y) % 256
            image.putpixel((x, y), (255 - red, green, 200, 90) if inside else (red, green, blue, 255))
    return image.convert(mode)


def jpeg(mode, tolerance, **options):
    file = io.BytesIO()
    drawn(mode).save(file, "JPEG", **options)
    data = file.getvalue()
    return data, Image.open(io.BytesIO(data)).convert("RGB"), tolerance


def opj(image, ending, *options, depth=8):
    """Compresses with opj_compress, three levels unless told otherwise."""
    options += () if "-n" in options else ("-n", "4")
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "a.ppm"), os.path.join(folder, "a." + ending)
        if depth == 8:
            source = source.replace("ppm", {"RGB": "ppm", "L": "pgm", "RGBA": "png"}[image.mode])
            image.save(source)
        else:
            most, (width, height) = (1 << depth) - 1, image.size
            samples = [value * most // 255 for value in image.tobytes()]
            source = source.replace("ppm", "raw")
            with open(source, "wb") as file:
                file.write(struct.pack(f">{len(samples)}H", *samples) if depth > 8 else bytes(samples))
            options += ("-F", f"{width},{height},1,{depth},u")
        subprocess.run(["opj_compress", "-i", source, "-o", target, *options], check=True, stdout=subprocess.DEVNULL)
        return open(target, "rb").read()


def opened(data, ending):
    """Decompresses with opj_decompress; samples of other depths are scaled to eight bits."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "a." + ending), os.path.join(folder, "a.raw")
        with open(source, "wb") as file:
            file.write(data)
        subprocess.run(["opj_decompress", "-i", source, "-o", target], check=True, stdout=subprocess.DEVNULL)
        return open(target, "rb").read()


def planes(raw, count, depth=8):
    samples = struct.unpack(f"<{len(raw) // 2}H", raw) if depth > 8 else raw
    most, size = (1 << depth) - 1, len(samples) // count
    scaled = [(value * 255 * 2 + most) // (2 * most) for value in samples]
    channels = [scaled[plane * size : plane * size + size] for plane in range(count)]
    rgb = [channels[0]] * 3 if count < 3 else channels[:3]
    return bytes(value for pixel in zip(*rgb) for value in pixel)


def jpeg2000(mode, ending, tolerance, *options, depth=8):
    image = drawn(mode)
    data = opj(image, ending, *options, depth=depth)
    count = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    return data, Image.frombytes("RGB", image.size, planes(opened(data, ending), count, depth)), tolerance


def box(kind, content):
    return struct.pack(">I", len(content) + 8) + kind + content


def boxes(codestream, components, header):
    ihdr = struct.pack(">IIHBBBB", HEIGHT, WIDTH, components, 7, 7, 0, 0)
    return (
        box(b"jP  ", bytes.fromhex("0d0a870a"))
        + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"jp2h", box(b"ihdr", ihdr) + header)
        + box(b"jp2c", codestream)
    )


def colours(number):
    return box(b"colr", struct.pack(">BBBI", 1, 0, 0, number))


def palette(with_map=True):
    """Five colours; the map puts the columns in another order."""
    indices = drawn("L").point(lambda value: value % 5)
    codestream = opj(indices, "j2k")
    table = [(255, 0, 0), (0, 255, 0), (10, 20, 250), (255, 255, 255), (7, 8, 9)]
    columns, order = b"".join(map(bytes, table)), (2, 0, 1) if with_map else (0, 1, 2)
    header = colours(16) + box(b"pclr", struct.pack(">HB", 5, 3) + b"\7\7\7" + columns)
    header += box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, column) for column in order)) if with_map else b""
    pixels = bytes(table[index][column] for index in indices.tobytes() for column in order)
    return boxes(codestream, 1, header), Image.frombytes("RGB", indices.size, pixels), 0


def sycc():
    """Luminance and chrominance as components (IEC 61966-2-1 Amd 1), converted back by Pillow."""
    ycc = drawn("RGB").convert("YCbCr")
    codestream = opj(Image.frombytes("RGB", ycc.size, ycc.tobytes()), "j2k", "-mct", "0")
    return boxes(codestream, 3, colours(18)), ycc.convert("RGB"), 2


def cmyk():
    codestream = opj(drawn("RGBA"), "j2k", "-mct", "0")
    return boxes(codestream, 4, colours(12)), None, 0


IMAGES = {
    "jpeg-gray": lambda: jpeg("L", 2, quality=90),
    "jpeg-rgb-444": lambda: jpeg("RGB", 4, quality=90, subsampling=0),
    "jpeg-rgb-422": lambda: jpeg("RGB", 4, quality=90, subsampling=1),
    "jpeg-rgb-420": lambda: jpeg("RGB", 4, quality=90, subsampling=2),
    "jpeg-progressive": lambda: jpeg("RGB", 4, quality=90, subsampling=0, progressive=True),
    "jpeg-progressive-420": lambda: jpeg("RGB", 4, quality=85, subsampling=2, progressive=True),
    "jpeg-cmyk": lambda: jpeg("CMYK", 4, quality=95),
    "jpeg-with-exif": lambda: jpeg("RGB", 4, quality=90, subsampling=0, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0", comment=b"x" * 40),
    "jp2-gray": lambda: jpeg2000("L", "jp2", 0),
    "jp2-rgb": lambda: jpeg2000("RGB", "jp2", 0),
    "jp2-rgba": lambda: jpeg2000("RGBA", "jp2", 0),
    "jp2-lossy": lambda: jpeg2000("RGB", "jp2", 2, "-I", "-q", "38"),
    "jp2-layers-precincts-sop-eph": lambda: jpeg2000(
        "RGB", "jp2", 2, "-q", "30,34,40", "-n", "3", "-c", "[8,8],[8,8],[4,4]", "-b", "4,4", "-SOP", "-EPH", "-p", "RPCL"
    ),
    "jp2-tiles": lambda: jpeg2000("RGB", "jp2", 0, "-t", "8,8", "-n", "2"),
    "jp2-offset": lambda: jpeg2000("RGB", "jp2", 0, "-d", "5,3", "-n", "3"),
    "jp2-bypass-terminate": lambda: jpeg2000("L", "jp2", 0, "-M", "61"),
    "j2c-rgb": lambda: jpeg2000("RGB", "j2k", 0),
    "j2c-gray-12-bits": lambda: jpeg2000("L", "j2k", 1, depth=12),
    "j2c-gray-4-bits": lambda: jpeg2000("L", "j2k", 0, depth=4),
    "jp2-palette": palette,
    "jp2-palette-unmapped": lambda: palette(with_map=False),
    "jp2-sycc": sycc,
    "jp2-cmyk": cmyk,
}


def vector(name):
    data, picture, tolerance = IMAGES[name]()
    tool = "libjpeg-turbo" if name.startswith("jpeg") else "OpenJPEG"
    colours = ", its colours by Python" if "palette" in name or "sycc" in name else ""
    lines = [
        "kind: image",
        f"source: made and decoded by {tool}{colours}, which this library does not use",
        f"recipe: tests/recipes/images.py {name}",
        f"expect: {'accepted' if picture else 'refused'}",
        f"image: {data.hex().upper()}",
    ]
    if picture:
        width, height = picture.size
        lines += [f"width: {width}", f"height: {height}", f"tolerance: {tolerance}"]
        lines += [f"rgb: {picture.tobytes().hex().upper()}"]
    else:
        lines += ["error: unsupported"]
    return "\n".join(lines) + "\n"


if len(sys.argv) > 1:
    print(vector(sys.argv[1]), end="")
else:
    folder = os.path.join(os.path.dirname(__file__), "../../test-vectors/image")
    os.makedirs(folder, exist_ok=True)
    for name in IMAGES:
        with open(os.path.join(folder, name + ".txt"), "w") as file:
            file.write(vector(name))
