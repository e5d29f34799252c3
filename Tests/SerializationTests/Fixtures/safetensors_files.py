#!/usr/bin/env python3
"""Random safetensors files, and what files hold, by the Python library (package safetensors; no other one).

  safetensors_files.py --probe              ends with 0 where the library is there
  safetensors_files.py make FOLDER COUNT    writes made0.safetensors, ... of random tensors of all number types
  safetensors_files.py compare FOLDER COUNT checks that written0.safetensors, ... hold the same as made0.safetensors,
                                            ..., as float32 or int64
  safetensors_files.py copy FOLDER COUNT    reads drawn0.safetensors, ... and writes what they hold as
                                            copied0.safetensors, ...
"""
import ctypes
import random
import struct
import sys

import safetensors

# The library's names of types, those of files, and struct's.
TYPES = {
    "bool": ("BOOL", "?"), "uint8": ("U8", "B"), "int8": ("I8", "b"), "uint16": ("U16", "H"), "int16": ("I16", "h"),
    "uint32": ("U32", "I"), "int32": ("I32", "i"), "uint64": ("U64", "Q"), "int64": ("I64", "q"),
    "float16": ("F16", "e"), "bfloat16": ("BF16", "H"), "float32": ("F32", "f"), "float64": ("F64", "d"),
}
LIBRARY = {name: library for library, (name, _) in TYPES.items()}
FORMATS = {name: letter for name, letter in TYPES.values()}
LETTERS = "abcdefgh._-0/ \"\\\n\u00e9\u4e2d\U0001f600"


def write(path, tensors, metadata):
    """`tensors`: (name, type in files, shape, bytes) each."""
    described, kept = {}, []
    for name, kind, shape, data in tensors:
        if hasattr(safetensors, "TensorSpec"):
            # The library reads from an address, which must stay.
            kept.append(ctypes.create_string_buffer(data, max(len(data), 1)))
            described[name] = safetensors.TensorSpec(
                dtype=LIBRARY[kind], shape=shape, data_ptr=ctypes.addressof(kept[-1]), data_len=len(data))
        else:
            described[name] = {"dtype": LIBRARY[kind], "shape": shape, "data": data}
    safetensors.serialize_file(described, path, metadata)


def read(path):
    with open(path, "rb") as file:
        tensors = dict(safetensors.deserialize(file.read()))
    with safetensors.safe_open(path, framework="numpy") as file:
        return tensors, file.metadata() or {}


def drawn_values(kind, count):
    """Random values of a type that float32 or int64 can stand for after one rounding, as bytes."""
    letter = FORMATS[kind]
    size = struct.calcsize(letter)
    if kind == "BOOL":
        return bytes(random.randrange(2) for _ in range(count))
    if kind in ("U64", "I64"):
        low = 0 if kind == "U64" else -2**53
        return struct.pack(f"<{count}{letter}", *(random.randint(low, 2**53) for _ in range(count)))
    return random.randbytes(count * size)


def values(kind, data):
    """What bytes stand for, as float32 has it."""
    count = len(data) // struct.calcsize(FORMATS[kind])
    found = struct.unpack(f"<{count}{FORMATS[kind]}", data)
    if kind == "BF16":
        found = [struct.unpack("<f", struct.pack("<I", value << 16))[0] for value in found]
    return [ctypes.c_float(value).value for value in found]


def same(a, b):
    return a == b or (a != a and b != b)


def make(folder, count):
    for number in range(count):
        random.seed(number)
        names = {"".join(random.choices(LETTERS, k=random.randint(1, 12))) for _ in range(random.randint(1, 9))}
        tensors = []
        for name in sorted(names):
            kind = random.choice(list(FORMATS))
            shape = [random.randint(0 if random.random() < 0.2 else 1, 6) for _ in range(random.randint(0, 4))]
            size = 1
            for side in shape:
                size *= side
            tensors.append((name, kind, shape, drawn_values(kind, size)))
        random.shuffle(tensors)
        keys = {"".join(random.choices(LETTERS, k=random.randint(1, 8))) for _ in range(random.randint(0, 4))}
        metadata = {key: "".join(random.choices(LETTERS, k=random.randint(0, 30))) for key in sorted(keys)}
        write(f"{folder}/made{number}.safetensors", tensors, metadata or None)


def compare(folder, count):
    for number in range(count):
        made, notes = read(f"{folder}/made{number}.safetensors")
        written, kept = read(f"{folder}/written{number}.safetensors")
        kept.pop("ramit.crc32")
        if notes != kept:
            sys.exit(f"{number}: the metadata were {notes}, and are {kept}")
        if made.keys() != written.keys():
            sys.exit(f"{number}: the names were {sorted(made)}, and are {sorted(written)}")
        for name, before in made.items():
            after = written[name]
            if before["shape"] != after["shape"]:
                sys.exit(f"{number}: {name} had the shape {before['shape']}, and has {after['shape']}")
            one, other = (values(tensor["dtype"], bytes(tensor["data"])) for tensor in (before, after))
            if len(one) != len(other) or not all(map(same, one, other)):
                sys.exit(f"{number}: {name} of {before['dtype']} was {one}, and is {other}")


def copy(folder, count):
    for number in range(count):
        tensors, notes = read(f"{folder}/drawn{number}.safetensors")
        listed = [(name, tensor["dtype"], tensor["shape"], bytes(tensor["data"])) for name, tensor in tensors.items()]
        write(f"{folder}/copied{number}.safetensors", listed, notes)


if sys.argv[1] != "--probe":
    {"make": make, "compare": compare, "copy": copy}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
