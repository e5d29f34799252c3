"""Runs exported models in ONNX Runtime and prints how far their outputs are from the expected ones.

    python3 check_onnx.py FOLDER

FOLDER/cases.json lists the cases: {"model": FILE, "input": FILE, "shape": [...], "output": FILE, "outputShape": [...]},
the files being float32 values in row-major order. Prints a line for each case: the model, and the largest difference.
With --probe it prints the versions of onnx and ONNX Runtime instead, or fails where they are absent.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime


def check(folder: pathlib.Path, case: dict, sessions: dict) -> float:
    path = str(folder / case["model"])
    if path not in sessions:
        onnx.checker.check_model(path, full_check=True)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        sessions[path] = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    image = numpy.fromfile(folder / case["input"], numpy.float32).reshape(case["shape"])
    expected = numpy.fromfile(folder / case["output"], numpy.float32).reshape(case["outputShape"])
    (found,) = sessions[path].run(["output"], {"input": image})
    assert found.shape == expected.shape, (case["model"], found.shape, expected.shape)
    return float(numpy.abs(found - expected).max())


if sys.argv[1] == "--probe":
    print(onnx.__version__, onnxruntime.__version__)
else:
    folder, sessions = pathlib.Path(sys.argv[1]), {}
    for case in json.loads((folder / "cases.json").read_text()):
        print(case["model"], check(folder, case, sessions))
