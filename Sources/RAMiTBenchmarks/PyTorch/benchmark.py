"""Times RAMiT x2 in PyTorch, and prints a line of JSON: python benchmark.py infer:352x640 --threads 2 --compile

A case is infer:HxW, one image of H x W pixels, or train:BxP, one step of Adam on B patches of P x P pixels. The times
are those after one warm-up, whose own time stands apart: it includes compiling. With --reference the weights and images
are those of a file of the package's, and what differs from the package's results is an error.
"""
import argparse
import contextlib
import json
import platform
import re
import sys
import time
from typing import Any, Callable, Optional

import torch
from torch import Tensor

import ramit_torch

# The largest difference from the reference, as a share of its largest value, by the type that products are computed in.
TOLERANCES = {torch.float32: 1e-4, torch.bfloat16: 2e-2}
DTYPES = {"F32": torch.float32, "I64": torch.int64}


def read_tensors(path: str) -> dict[str, Tensor]:
    """The tensors of a safetensors file, without the package of that name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = torch.frombuffer(data[start:end], dtype=DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


def allocator() -> str:
    """What gives memory to this process."""
    with open("/proc/self/maps") as maps:
        return "jemalloc" if "jemalloc" in maps.read() else "stock"


def peak_memory() -> int:
    """The most bytes that this process had in memory.

    getrusage tells more: what the process was forked from counts there.
    """
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def difference(result: Tensor, expected: Tensor) -> float:
    """The largest difference as a share of the largest expected value."""
    if result.shape != expected.shape:
        raise ValueError(f"a result of {tuple(result.shape)} where the reference has {tuple(expected.shape)}")
    return ((result.float() - expected).abs().max() / expected.abs().max()).item()


class Case:
    """A piece of work of the model."""

    def __init__(self, name: str, reference: dict[str, Tensor], is_compiled: bool, dtype: torch.dtype) -> None:
        match = re.fullmatch(r"(infer|train):(\d+)x(\d+)", name)
        if not match:
            raise ValueError(f"a case is infer:HxW or train:BxP, not {name}")
        first, second = int(match[2]), int(match[3])
        self.is_training = match[1] == "train"
        torch.manual_seed(0)
        self.model = ramit_torch.RAMiT()
        weights = {key.removeprefix("model."): value for key, value in reference.items() if key.startswith("model.")}
        if weights:
            self.model.load_state_dict(weights)
        self.network = torch.compile(self.model) if is_compiled else self.model
        self.dtype = dtype
        if self.is_training:
            self.image = reference.get("input", torch.rand(first, 3, second, second))
            side = ramit_torch.SCALE * second
            self.target = reference.get("target", torch.rand(first, 3, side, side))
            self.adam = torch.optim.Adam(self.model.parameters(), lr=4e-4, betas=(0.9, 0.99))
            self.expected = reference.get("losses")
        else:
            self.model.eval()
            self.image = reference.get("input", torch.rand(1, 3, first, second))
            self.expected = reference.get("output")

    @property
    def precision(self) -> Any:
        """The scope in which products have the type."""
        if self.dtype is torch.float32:
            return contextlib.nullcontext()
        return torch.autocast("cpu", self.dtype)

    def step(self) -> Tensor:
        """Does the work; returns the restored image, or the loss before the step."""
        return self.train() if self.is_training else self.restore()

    def restore(self) -> Tensor:
        """Returns the restored image."""
        with torch.inference_mode(), self.precision:
            return self.network(self.image)

    def train(self) -> Tensor:
        """One step; returns the loss before it."""
        self.adam.zero_grad()
        with self.precision:
            output = self.network(self.image)
        loss = torch.nn.functional.l1_loss(output.float(), self.target)
        loss.backward()
        self.adam.step()
        return loss.detach()

    def check(self, results: list[Tensor]) -> Optional[float]:
        """Compares results of the first steps with the reference; returns the difference, None without a reference.

        Training has losses: that of the first step depends on the forward pass alone, the next ones on gradients and
        Adam too.
        """
        if self.expected is None:
            return None
        if self.is_training:
            count = min(len(results), len(self.expected))
            found = max(difference(results[index], self.expected[index]) for index in range(count))
        else:
            found = difference(results[0], self.expected)
        if not found <= TOLERANCES[self.dtype]:
            raise ValueError(f"another result than the package's: it differs by {found:.1e} of the largest value")
        return found


def timed(step: Callable[[], Tensor]) -> tuple[float, Tensor]:
    """The seconds of a step, and its result."""
    start = time.perf_counter()
    result = step()
    return time.perf_counter() - start, result


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Times the case, and returns the line."""
    dtype = torch.bfloat16 if options.bfloat16 else torch.float32
    case = Case(options.case, read_tensors(options.reference) if options.reference else {}, options.compile, dtype)
    warm_up, result = timed(case.step)
    results = [result]
    found = case.check(results)
    seconds = []
    for _ in range(options.runs):
        elapsed, result = timed(case.step)
        seconds.append(elapsed)
        if case.is_training:
            results.append(result)
    if case.is_training:
        found = case.check(results)
    seconds.sort()
    return {
        "case": options.case, "parameters": sum(value.numel() for value in case.model.parameters()),
        "threads": torch.get_num_threads(), "allocator": allocator(), "compile": options.compile,
        "seconds": {"min": seconds[0], "median": seconds[len(seconds) // 2], "max": seconds[-1]},
        "warm_up": warm_up, "peak_gb": peak_memory() / 1e9, "difference": found,
    }


def versions() -> dict[str, Any]:
    """What computes here."""
    return {
        "python": platform.python_version(), "torch": torch.__version__,
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?")
    parser.add_argument("--versions", action="store_true", help="print the versions instead")
    parser.add_argument("--reference", help="a safetensors file with weights, images and expected results")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3, help="timed ones, after the warm-up")
    parser.add_argument("--compile", action="store_true", help="by torch.compile")
    parser.add_argument("--bfloat16", action="store_true", help="by autocast")
    parser.add_argument("--jemalloc", action="store_true", help="expect jemalloc (LD_PRELOAD)")
    options = parser.parse_args()
    if not options.versions and not options.case:
        parser.error("a case is missing: infer:HxW or train:BxP")
    return options


def main() -> None:
    options = parse()
    try:
        if options.versions:
            line = versions()
        else:
            wanted = "jemalloc" if options.jemalloc else "stock"
            if allocator() != wanted:
                raise RuntimeError(f"memory from {allocator()}, not {wanted} (LD_PRELOAD, libjemalloc.so.2)")
            torch.set_num_threads(options.threads)
            line = measure(options)
    except Exception as error:  # whatever it is, the line names it
        reason = " ".join(str(error).strip().partition("\n\n")[0].split())  # advice follows in paragraphs of its own
        sys.exit(f"{type(error).__name__}: {reason}")
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
