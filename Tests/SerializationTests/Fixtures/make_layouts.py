"""Makes Layouts/: one small state dictionary in the layouts in which people have weights (torch, numpy, safetensors
from PyPI).

Every file gives the same tensors: WEIGHTS, once the right dictionary is found and its prefix is gone. A file whose
name begins with "averaged" also holds other weights of the same names, larger by 1, and the averaged ones are right.
Refused/ has files whose weights cannot be read.
"""

import argparse
import collections
import datetime
import decimal
import enum
import functools
import io
import json
import pathlib
import pickle
import random
import struct
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import save

FOLDER = pathlib.Path(__file__).parent / "Layouts"

WEIGHTS = OrderedDict(
    [
        ("shallow.conv.weight", torch.arange(12).reshape(4, 3, 1, 1) / 8),
        ("shallow.conv.bias", torch.arange(4) / 4 - 1),
        ("stage.relative_position_index", torch.tensor([[1, 0], [2, 1]])),
        ("to_target.conv.weight", torch.full((2, 4, 1, 1), 0.5)),
    ]
)
OTHER = OrderedDict((name, value + 1) for name, value in WEIGHTS.items())


class Color(enum.Enum):
    RED = 1


class Settings:
    def __init__(self):
        self.rate = 0.1


class Keywords:
    def __new__(cls, *, rate=1):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"rate": 2}


class Table(dict):
    pass


def prefixed(prefix, weights=WEIGHTS):
    return OrderedDict((prefix + name, value) for name, value in weights.items())


def converted(dtype):
    return OrderedDict((n, v.to(dtype) if v.is_floating_point() else v) for n, v in WEIGHTS.items())


def pth(name, content, **options):
    # A buffer, not a path: the archive's folder is then always named "archive".
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    (FOLDER / f"{name}.pth").write_bytes(buffer.getvalue())


def harmless():
    default = collections.defaultdict(list)
    default["a"].append(1)
    return {
        "random_torch": torch.arange(16, dtype=torch.uint8),
        "random_python": random.Random(1).getstate()[1][:8],
        "random_numpy": np.arange(4, dtype=np.uint32),
        "numbers": [np.float64(31.2), np.int64(3), np.bool_(True)],
        "sets": [{1, 2}, frozenset([3]), collections.Counter("aab"), collections.deque([1, 2], maxlen=3)],
        "default": default,
        "table": Table(a=1),
        "size": torch.Size([1, 2]),
        "device": torch.device("cuda:1"),
        "dtype": [torch.float16, np.dtype("float32")],
        "arguments": argparse.Namespace(lr=1e-4, scale=2),
        "path": pathlib.PurePosixPath("/data"),
        "time": datetime.datetime(2024, 1, 2),
        "took": datetime.timedelta(1),
        "complex": 1 + 2j,
        "decimal": decimal.Decimal("1.5"),
        "bytes": [b"a\xff", bytearray(b"b")],
        "large": [1 << 70, -(1 << 70), 1 << 3000],
        "color": Color.RED,
        "function": functools.partial(int, base=2),
        "settings": Settings(),
        "keywords": Keywords(),
        "class": Settings,
        "text": "é画" + "x" * 300,
        "not_finite": torch.tensor([float("nan"), float("inf")]),
        "complex_tensor": torch.ones(2, dtype=torch.complex64),
        "sparse": torch.eye(2).to_sparse(),
        "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8),
        "none": None,
        "range": range(3),
    }


def make_checkpoints():
    for protocol in (1, 2, 3, 4, 5):
        for is_zip in (True, False):
            pth(
                f"protocol{protocol}_{'zip' if is_zip else 'legacy'}",
                {"epoch": 3, "params": WEIGHTS},
                pickle_protocol=protocol,
                _use_new_zipfile_serialization=is_zip,
            )
    for protocol in (2, 5):
        for is_zip in (True, False):
            pth(
                f"harmless_values{protocol}_{'zip' if is_zip else 'legacy'}",
                {"before": harmless(), "model": WEIGHTS, "after": harmless()},
                pickle_protocol=protocol,
                _use_new_zipfile_serialization=is_zip,
            )
    for i, prefix in enumerate(["net_g.", "module._orig_mod.", "generator.", "model.module.", "any.thing/"]):
        pth(f"prefix{i}", prefixed(prefix))
    inner = OrderedDict((name.replace("shallow.", "shallow._orig_mod."), value) for name, value in WEIGHTS.items())
    pth("wrapper_inside", inner)
    pth("nested_deep", {"a": {"b": {"c": [1, (2, {"net": WEIGHTS})]}}})
    pth("root_tuple", (WEIGHTS, {"lr": 1e-4}))
    pth("root_pairs", list(WEIGHTS.items()))
    pth("root_table", Table(WEIGHTS))
    pth("flat_with_values", {**WEIGHTS, "epoch": 3, "name": "x", "optimizer": {"state": {0: {"step": torch.ones(1)}}}})
    lightning = {**prefixed("model."), **{f"loss.vgg.{i}.weight": torch.ones(1) for i in range(40)}}
    pth("lightning_with_loss", {"epoch": 1, "state_dict": lightning, "callbacks": {}})
    pth("named_moments", {"optimizer": {"exp_avg": OTHER, "exp_avg_sq": OTHER}, "model": WEIGHTS})
    circular = {"params": WEIGHTS}
    circular["self"] = circular
    pth("circular", circular)

    pth("averaged_ema", {"params": OTHER, "params_ema": WEIGHTS})
    pth("averaged_first", {"ema_state_dict": WEIGHTS, "state_dict": OTHER})
    pth("averaged_shadow", {"model": OTHER, "ema": {"decay": 0.999, "shadow": WEIGHTS}})
    pth("averaged_prefix", {**prefixed("model.", OTHER), **prefixed("model_ema.module.")})
    swa = OrderedDict([("n_averaged", torch.tensor(3))], **prefixed("module."))
    pth("averaged_swa", {"model": OTHER, "swa_model": swa})
    pth("incomplete_average", {"params": WEIGHTS, "params_ema": dict(list(OTHER.items())[:1])})

    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        pth(f"type_{str(dtype)[6:]}", converted(dtype))
    wide = OrderedDict((n, v.to(torch.uint16) if "index" in n else v) for n, v in WEIGHTS.items())
    pth("type_untyped_storage", wide)
    pth("parameters", OrderedDict((n, torch.nn.Parameter(v) if "index" not in n else v) for n, v in WEIGHTS.items()))
    pth("buffers", OrderedDict((n, torch.nn.parameter.Buffer(v)) for n, v in WEIGHTS.items()))
    parameter = torch.nn.Parameter(WEIGHTS["shallow.conv.bias"])
    parameter.note = "x"
    pth("parameter_with_state", {**WEIGHTS, "shallow.conv.bias": parameter})
    pth("expanded", {**WEIGHTS, "to_target.conv.weight": torch.tensor(0.5).expand(2, 4, 1, 1)})
    pth(
        "transposed",
        {n: v.transpose(0, 1).contiguous().transpose(0, 1) if v.dim() > 1 else v for n, v in WEIGHTS.items()},
    )
    values = torch.cat([torch.zeros(5)] + [v.flatten() for v in WEIGHTS.values()])
    views, start = {}, 5
    for name, value in WEIGHTS.items():
        views[name] = values[start : start + value.numel()].view(value.shape)
        start += value.numel()
    pth("one_storage", views)
    pth("one_storage_legacy", views, _use_new_zipfile_serialization=False)


def make_archives():
    torch.serialization.set_crc32_options(False)
    pth("no_checksums", {"net": WEIGHTS})
    torch.serialization.set_crc32_options(True)
    source = zipfile.ZipFile(FOLDER / "prefix0.pth")
    for name, method, is_wide in (("deflated", zipfile.ZIP_DEFLATED, False), ("zip64", zipfile.ZIP_STORED, True)):
        with zipfile.ZipFile(FOLDER / f"{name}.pth", "w", method) as archive:
            for entry in source.infolist():
                fixed = zipfile.ZipInfo(entry.filename)
                fixed.compress_type = method
                with archive.open(fixed, "w", force_zip64=is_wide) as file:
                    file.write(source.read(entry.filename))

    # Two million operations in a few kilobytes: refused, in Refused/.
    with zipfile.ZipFile(FOLDER.parent / "Refused" / "operations.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo("archive/data.pkl"), b"\x80\x02" + b")" * (1 << 21) + b".", zipfile.ZIP_DEFLATED
        )


def make_refused():
    folder = FOLDER.parent / "Refused"
    module = torch.nn.Linear(2, 2)
    torch.save(module, folder / "module.pth")
    torch.save({"epoch": 3, "model": module}, folder / "module_nested.pth")
    torch.save(module, folder / "module_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(OrderedDict((name, value.to_sparse()) for name, value in WEIGHTS.items()), folder / "sparse.pth")
    torch.save({"epoch": 3, "history": [1.0, 2.0]}, folder / "no_tensors.pth")
    torch.jit.save(torch.jit.trace(module, torch.ones(1, 2)), folder / "torchscript.pth")
    (folder / "plain_pickle.pth").write_bytes(pickle.dumps({"weight": np.ones(2)}))


def make_safetensors():
    def write(name, header, data):
        (FOLDER / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + data)

    plain = save(prefixed("module.net."))
    size = struct.unpack("<Q", plain[:8])[0]
    header, data = plain[8 : 8 + size].rstrip(), plain[8 + size :]
    (FOLDER / "prefix.safetensors").write_bytes(plain)
    write("leading_space", b"\t\r\n " + header + b" \n", data)
    write("null_metadata", b'{"__metadata__":null,' + header[1:], data)
    fields = json.loads(header)
    for field in fields.values():
        field["note"] = {"a": [1, -2.5e-3, True, None, {"b": "]}"}], "c": {}}
    write("unknown_fields", json.dumps(fields, indent=1).encode(), data)
    fields, end = json.loads(header), len(data)
    for name, size in (("F8_E4M3", 1), ("F8_E5M2", 1), ("C64", 8)):
        fields[f"scale.{name}"] = {"dtype": name, "shape": [3], "data_offsets": [end, end + 3 * size]}
        end += 3 * size
    fields["scale.F4"] = {"dtype": "F4", "shape": [4], "data_offsets": [end, end + 2]}
    write("other_types", json.dumps(fields).encode(), data + bytes(end + 2 - len(data)))
    both = {**prefixed("model.", OTHER), **prefixed("model_ema.")}
    (FOLDER / "averaged_prefix.safetensors").write_bytes(save(both))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER.parent / "Refused").mkdir(exist_ok=True)
    make_checkpoints()
    make_archives()
    make_refused()
    make_safetensors()
