"""Draws random shapes and arguments for every operation and writes PyTorch's values and gradients.

    python make_operations.py [--count 50] [--largest 4] [--only FAMILY ...] [OUTPUT]

One file a family, operations-FAMILY.safetensors, beside this script by default. Needs torch, numpy and safetensors.

Operands are not stored: they are numbers that both sides make of a key (`uniform`). A file's metadata, `cases`, lists
the operations with their keys, shapes and arguments; its one tensor, `values`, holds the results of each case and then
the gradients of its operands, for a gradient of the results that is drawn likewise. PyTorch computes in float64.
Feature maps and weights have the layouts of the Swift operations (channels last); the functions below turn them.
"""

import argparse
import json
import math
import pathlib
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file


def uniform(key, count, spread=1.0, centre=0.0):
    """Numbers in [centre - spread, centre + spread): the upper bits of splitmix64, one number a counter."""
    with np.errstate(over="ignore"):
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = z + np.uint64(key) * np.uint64(0xD1342543DE82EF95)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(40)).astype(np.float64) / 2**24
    return (spread * (2 * unit - 1) + centre).astype(np.float32)


class Draw:
    """Random choices for one case."""

    def __init__(self, seed, largest):
        self.random = np.random.RandomState(seed)
        self.largest = largest

    def size(self, low=1, high=None):
        return int(self.random.randint(low, (self.largest if high is None else high) + 1))

    def shape(self, low=0, high=4):
        return [self.size() for _ in range(self.size(low, high))]

    def map(self, low=1, high=None, channels=None):
        """N x H x W x C."""
        return [self.size(1, 2), self.size(low, high), self.size(low, high), channels or self.size()]

    def choice(self, options):
        return options[int(self.random.randint(len(options)))]

    def flag(self):
        return bool(self.random.randint(2))

    def number(self, low, high):
        return round(float(self.random.uniform(low, high)), 3)

    def axis(self, rank):
        """From the front or from the end."""
        return int(self.random.randint(-rank, rank))

    def axes(self, rank):
        """Some of the axes, or None for all."""
        if rank == 0 or self.random.randint(4) == 0:
            return None
        chosen = self.random.permutation(rank)[: self.size(1, rank)]
        return [int(a) - (rank if self.flag() else 0) for a in chosen]

    def broadcast(self, count, low=0):
        """Shapes that fit each other."""
        full = self.shape(low, 4)
        shapes = []
        for _ in range(count):
            kept = full[self.size(0, len(full)) if self.flag() and full else 0 :]
            shapes.append([1 if self.random.randint(4) == 0 else size for size in kept])
        return shapes


def operand(shape, spread=1.0, centre=0.0, constant=False):
    return {"shape": shape, "spread": spread, "centre": centre, "constant": constant}


FAMILIES = {}


def operation(family, name=None):
    """Registers a function from a `Draw` to operands, arguments and the function of tensors that PyTorch computes."""

    def register(make):
        FAMILIES.setdefault(family, {})[name or make.__name__] = make
        return make

    return register


def first(x):
    """Channels first."""
    return x.permute(0, 3, 1, 2)


def last(x):
    """Channels last."""
    return x.permute(0, 2, 3, 1)


# MARK: Matrix products


@operation("matrix")
def matmul(d):
    m, k, n = d.size(), d.size(), d.size()
    ta, tb = d.flag(), d.flag()
    a, b = d.broadcast(2)
    a, b = a[-2:], b[-2:]
    a, b = a + ([k, m] if ta else [m, k]), b + ([n, k] if tb else [k, n])
    f = lambda a, b: torch.matmul(a.mT if ta else a, b.mT if tb else b)
    return [operand(a), operand(b)], {"transposeA": ta, "transposeB": tb}, f


@operation("matrix")
def linear(d):
    i, o, bias = d.size(), d.size(), d.flag()
    operands = [operand(d.shape(0, 3) + [i]), operand([o, i])] + ([operand([o])] if bias else [])
    return operands, {}, F.linear


# MARK: Linear algebra


def batch(d):
    return [d.size(1, 2)] if d.flag() else []


@operation("linalg")
def solve(d):
    n, k = d.size(), d.size(1, 2)
    # Of one rank: PyTorch takes some of a lower one for vectors.
    a = batch(d)
    b = [d.choice([1, size]) for size in a]
    return [operand(a + [n, n]), operand(b + [n, k])], {}, torch.linalg.solve


@operation("linalg")
def inverse(d):
    n = d.size()
    return [operand(batch(d) + [n, n])], {}, torch.linalg.inv


@operation("linalg")
def cholesky(d):
    n = d.size()
    return [operand(batch(d) + [n, n + 2])], {}, lambda x: torch.linalg.cholesky(x @ x.mT)


@operation("linalg")
def qr(d):
    return [operand(batch(d) + [d.size(), d.size()])], {}, lambda a: tuple(torch.linalg.qr(a))


@operation("linalg")
def eigh(d):
    """Eigenvalues, and a function of the eigenvectors that does not depend on their signs."""
    n = d.size()

    def f(x):
        values, vectors = torch.linalg.eigh(x @ x.mT)
        weights = torch.arange(1, n + 1, dtype=x.dtype).diag()
        return values, vectors @ weights @ vectors.mT

    return [operand(batch(d) + [n, n + 2])], {}, f


@operation("linalg")
def svd(d):
    def f(a):
        u, s, vt = torch.linalg.svd(a, full_matrices=False)
        weights = torch.arange(1, s.shape[-1] + 1, dtype=a.dtype).diag()
        return s, u @ weights @ vt

    return [operand(batch(d) + [d.size(), d.size()])], {}, f


# MARK: Elementwise


def binary(name, f, b_centre=0.0, b_spread=1.0):
    def make(d):
        a, b = d.broadcast(2)
        return [operand(a), operand(b, b_spread, b_centre)], {}, f

    operation("elementwise", name)(make)


binary("add", torch.add)
binary("subtract", torch.sub)
binary("multiply", torch.mul)
binary("divide", torch.div, b_centre=2, b_spread=1)
binary("maximum", torch.maximum)
binary("minimum", torch.minimum)


@operation("elementwise")
def powerOfVariable(d):
    a, b = d.broadcast(2)
    return [operand(a, 1, 1.5), operand(b, 2)], {}, torch.pow


@operation("elementwise", "where")
def where_(d):
    c, a, b = d.broadcast(3)
    return [operand(c, constant=True), operand(a), operand(b)], {}, lambda c, a, b: torch.where(c > 0, a, b)


@operation("elementwise")
def prelu(d):
    x = d.shape(1, 4)
    return [operand(x, 2), operand([x[-1]])], {}, lambda x, w: torch.where(x > 0, x, w * x)


def unary(name, f, spread=2.0, centre=0.0, last=None):
    """With at least `last` elements: of tails alone, which cancel, the largest value says nothing about the error."""

    def make(d):
        return [operand(d.shape(0, 4) if last is None else d.shape(0, 2) + [last], spread, centre)], {}, f

    operation("elementwise", name)(make)


unary("negate", torch.neg)
unary("exp", torch.exp)
unary("log", torch.log, 1.5, 2)
unary("log1p", torch.log1p, 0.8)
unary("sqrt", torch.sqrt, 1.5, 2)
unary("rsqrt", torch.rsqrt, 1.5, 2)
unary("reciprocal", torch.reciprocal, 1.5, 2)
unary("square", torch.square)
unary("abs", torch.abs)
unary("sin", torch.sin, 4)
unary("cos", torch.cos, 4)
unary("tanh", torch.tanh)
unary("sigmoid", torch.sigmoid, 5)
unary("erf", torch.erf)
unary("relu", torch.relu)
unary("relu6", F.relu6, 5, 3)
unary("gelu", F.gelu, 4, last=9)
unary("geluTanh", lambda x: F.gelu(x, approximate="tanh"), 4, last=9)
unary("silu", F.silu, 5)
unary("softplus", F.softplus, 5)
unary("mish", F.mish, 5)
unary("hardsigmoid", F.hardsigmoid, 5)
unary("hardswish", F.hardswish, 5)


@operation("elementwise")
def power(d):
    e = d.choice([-1.0, -0.5, 0.5, 1.5, 2.0, 3.0])
    return [operand(d.shape(0, 4), 1, 1.5)], {"exponent": e}, lambda x: x**e


@operation("elementwise")
def clamp(d):
    low, high = d.number(-1, 0), d.number(0, 1)
    limits = [float(np.float32(limit)) for limit in (low, high)]
    return [operand(d.shape(0, 4), 2)], {"min": low, "max": high}, lambda x: x.clamp(*limits)


@operation("elementwise")
def leakyReLU(d):
    slope = d.choice([0.0, 0.01, 0.2])
    return [operand(d.shape(0, 4), 2)], {"slope": slope}, lambda x: F.leaky_relu(x, slope)


@operation("elementwise")
def elu(d):
    alpha = d.choice([0.5, 1.0, 2.0])
    return [operand(d.shape(0, 4), 2)], {"alpha": alpha}, lambda x: F.elu(x, alpha)


@operation("elementwise")
def scaleAndShift(d):
    x = d.shape(1, 4)
    scale, shift = [[d.number(-2, 2) for _ in range(x[-1])] for _ in range(2)]
    as_tensor = lambda v: torch.tensor(np.array(v, np.float32), dtype=torch.float64)
    return [operand(x)], {"scale": scale, "shift": shift}, lambda x: x * as_tensor(scale) + as_tensor(shift)


@operation("elementwise")
def softmax(d):
    x = d.shape(1, 4)
    axis = d.axis(len(x))
    return [operand(x, 3)], {"axis": axis}, lambda x: x.softmax(axis)


@operation("elementwise")
def logSoftmax(d):
    x = d.shape(1, 4)
    axis = d.axis(len(x))
    return [operand(x, 3)], {"axis": axis}, lambda x: x.log_softmax(axis)


# MARK: Reductions


def reduction(name, f, smallest=1, spread=1.0):
    def make(d):
        x = d.shape(1, 4)
        axes, keeps = d.axes(len(x)), d.flag()
        dims = list(range(len(x))) if axes is None else axes
        if math.prod(x[a] for a in dims) < smallest:
            return make(d)
        arguments = {"keepsDimensions": keeps, **({} if axes is None else {"axes": axes})}
        return [operand(x, spread)], arguments, lambda x: f(x, dims, keeps)

    operation("reductions", name)(make)


reduction("sum", lambda x, dims, keeps: x.sum(dims, keepdim=keeps))
reduction("mean", lambda x, dims, keeps: x.mean(dims, keepdim=keeps))
reduction("max", lambda x, dims, keeps: x.amax(dims, keepdim=keeps))
reduction("min", lambda x, dims, keeps: x.amin(dims, keepdim=keeps))
reduction("variance", lambda x, dims, keeps: x.var(dims, keepdim=keeps), smallest=2)
reduction("biasedVariance", lambda x, dims, keeps: x.var(dims, correction=0, keepdim=keeps))
reduction("standardDeviation", lambda x, dims, keeps: x.std(dims, keepdim=keeps), smallest=3)
reduction("logSumExp", lambda x, dims, keeps: x.logsumexp(dims, keepdim=keeps), spread=3)
reduction("norm", lambda x, dims, keeps: torch.linalg.vector_norm(x, 2, dims, keepdim=keeps))
reduction("l1Norm", lambda x, dims, keeps: torch.linalg.vector_norm(x, 1, dims, keepdim=keeps))


def along(name, f):
    def make(d):
        x = d.shape(1, 4)
        axis, keeps = d.axis(len(x)), d.flag()
        return [operand(x)], {"axis": axis, "keepsDimensions": keeps}, lambda x: f(x, axis, keeps)

    operation("reductions", name)(make)


along("maxAlong", lambda x, axis, keeps: x.max(axis, keepdim=keeps)[0])
along("minAlong", lambda x, axis, keeps: x.min(axis, keepdim=keeps)[0])
along("cumulativeSum", lambda x, axis, keeps: x.cumsum(axis))


@operation("reductions")
def argmax(d):
    x = d.shape(1, 4)
    axis = d.axis(len(x))
    return [operand(x, constant=True)], {"axis": axis}, lambda x: x.argmax(axis).reshape(-1).double()


@operation("reductions")
def argmin(d):
    x = d.shape(1, 4)
    axis = d.axis(len(x))
    return [operand(x, constant=True)], {"axis": axis}, lambda x: x.argmin(axis).reshape(-1).double()


# MARK: Shape


@operation("shape")
def reshaped(d):
    x = d.shape(1, 4)
    to = [int(size) for size in d.random.permutation(x)] + [1] * d.size(0, 1)
    return [operand(x)], {"shape": to}, lambda x: x.reshape(to)


@operation("shape")
def permuted(d):
    x = d.shape(1, 4)
    axes = [int(a) for a in d.random.permutation(len(x))]
    return [operand(x)], {"axes": axes}, lambda x: x.permute(axes)


@operation("shape")
def transposed(d):
    x = d.shape(1, 4)
    a, b = d.axis(len(x)), d.axis(len(x))
    return [operand(x)], {"axes": [a, b]}, lambda x: x.transpose(a, b)


@operation("shape")
def sliced(d):
    x = d.shape(1, 4)
    axis = d.axis(len(x))
    start = d.size(0, x[axis] - 1)
    end = d.size(start + 1, x[axis])
    return [operand(x)], {"axis": axis, "range": [start, end]}, lambda x: x.narrow(axis, start, end - start)


@operation("shape")
def concatenate(d):
    x = d.shape(1, 3)
    axis, count = d.axis(len(x)), d.size(1, 3)
    shapes = []
    for _ in range(count):
        part = list(x)
        part[axis] = d.size()
        shapes.append(part)
    return [operand(s) for s in shapes], {"axis": axis}, lambda *parts: torch.cat(parts, axis)


@operation("shape")
def stack(d):
    x = d.shape(0, 3)
    axis = d.axis(len(x) + 1)
    return [operand(x) for _ in range(d.size(1, 3))], {"axis": axis}, lambda *parts: torch.stack(parts, axis)


@operation("shape")
def split(d):
    x = d.shape(1, 3)
    axis, sizes = d.axis(len(x)), [d.size(1, 3) for _ in range(d.size(1, 3))]
    x[axis] = sum(sizes)
    return [operand(x)], {"axis": axis, "sizes": sizes}, lambda x: torch.split(x, sizes, axis)


@operation("shape")
def rolled(d):
    x = d.shape(1, 4)
    axes = [int(a) for a in d.random.permutation(len(x))[: d.size(1, len(x))]]
    shifts = [int(d.random.randint(-5, 6)) for _ in axes]
    return [operand(x)], {"shifts": shifts, "axes": axes}, lambda x: torch.roll(x, shifts, axes)


@operation("shape")
def flipped(d):
    x = d.shape(1, 4)
    axes = [int(a) for a in d.random.permutation(len(x))[: d.size(1, len(x))]]
    return [operand(x)], {"axes": axes}, lambda x: x.flip(axes)


@operation("shape")
def gather(d):
    x = d.shape(1, 3)
    axis = d.axis(len(x))
    indices = [d.size(0, x[axis] - 1) for _ in range(d.size(1, 5))]
    return [operand(x)], {"axis": axis, "indices": indices}, lambda x: x.index_select(axis, torch.tensor(indices))


@operation("shape")
def pad(d):
    x = d.map(2)
    mode = d.choice(["zero", "constant", "reflect", "replicate", "symmetric"])
    low = min(x[1], x[2]) - 1
    t, b, l, r = [d.size(0, low) for _ in range(4)]
    if mode == "symmetric":
        mirror = lambda size, before, after: torch.tensor(np.pad(np.arange(size), (before, after), mode="symmetric"))
        rows, columns = mirror(x[1], t, b), mirror(x[2], l, r)
        return [operand(x)], {"sides": [t, b, l, r], "mode": mode, "value": 0.0}, lambda x: x[:, rows][:, :, columns]
    value = d.number(-1, 1) if mode == "constant" else 0.0
    torch_mode = "constant" if mode == "zero" else mode
    extra = {"value": float(np.float32(value))} if torch_mode == "constant" else {}
    f = lambda x: last(F.pad(first(x), (l, r, t, b), mode=torch_mode, **extra))
    return [operand(x)], {"sides": [t, b, l, r], "mode": mode, "value": value}, f


@operation("shape")
def pixelShuffle(d):
    r = d.size(1, 3)
    x = d.map(high=2, channels=r * r * d.size(1, 2))
    return [operand(x)], {"factor": r}, lambda x: last(F.pixel_shuffle(first(x), r))


@operation("shape")
def pixelUnshuffle(d):
    r = d.size(1, 3)
    x = [1, r * d.size(1, 2), r * d.size(1, 2), d.size(1, 2)]
    return [operand(x)], {"factor": r}, lambda x: last(F.pixel_unshuffle(first(x), r))


@operation("shape")
def windowPartition(d):
    m = d.size(1, 3)
    x = [d.size(1, 2), m * d.size(1, 2), m * d.size(1, 2), d.size(1, 2)]

    def f(x):
        n, h, w, c = x.shape
        return x.view(n, h // m, m, w // m, m, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, m * m, c)

    return [operand(x)], {"window": m}, f


@operation("shape")
def patchMerging(d):
    """The 2 x 2 pixels of each cell side by side, top left first, row by row."""
    x = [d.size(1, 2), 2 * d.size(1, 2), 2 * d.size(1, 2), d.size(1, 3)]
    f = lambda x: torch.cat([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], -1)
    return [operand(x)], {}, f


@operation("shape")
def windowMerge(d):
    m, n, hm, wm, c = d.size(1, 3), d.size(1, 2), d.size(1, 2), d.size(1, 2), d.size(1, 2)
    f = lambda x: x.view(n, hm, wm, m, m, c).permute(0, 1, 3, 2, 4, 5).reshape(n, hm * m, wm * m, c)
    return [operand([n * hm * wm, m * m, c])], {"window": m, "height": hm * m, "width": wm * m}, f


# MARK: Norms


def affine(d, c):
    """Weight and bias, or neither."""
    return [operand([c], 0.5, 1), operand([c])] if d.flag() else []


@operation("normalization")
def layerNorm(d):
    x = d.shape(0, 3) + [d.size(3, 7)]
    c = x[-1]
    return [operand(x)] + affine(d, c), {}, lambda x, w=None, b=None: F.layer_norm(x, [c], w, b)


@operation("normalization")
def rmsNorm(d):
    x = d.shape(0, 3) + [d.size(3, 7)]
    c = x[-1]
    return [operand(x)] + affine(d, c)[:1], {}, lambda x, w=None: F.rms_norm(x, [c], w, eps=1e-5)


@operation("normalization")
def groupNorm(d):
    groups, each = d.size(1, 3), d.size(1, 2)
    x = d.map(2, 3, groups * each)
    f = lambda x, w=None, b=None: last(F.group_norm(first(x), groups, w, b))
    return [operand(x)] + affine(d, x[3]), {"groups": groups}, f


@operation("normalization")
def instanceNorm(d):
    x = d.map(2, 3)
    # Not F.instance_norm: of one turned image, its gradient (PyTorch 2.13) is not that of finite differences.
    f = lambda x, w=None, b=None: last(F.group_norm(first(x), x.shape[3], w, b))
    return [operand(x)] + affine(d, x[3]), {}, f


@operation("normalization")
def batchNorm(d):
    x = d.map(2, 3)
    f = lambda x, w=None, b=None: last(F.batch_norm(first(x), None, None, w, b, training=True))
    return [operand(x)] + affine(d, x[3]), {}, f


@operation("normalization")
def batchNormEvaluation(d):
    x = d.map(1, 3)
    c = x[3]
    operands = [operand(x), operand([c], constant=True), operand([c], 0.9, 1, constant=True)] + affine(d, c)
    return operands, {}, lambda x, m, v, w=None, b=None: last(F.batch_norm(first(x), m, v, w, b))


@operation("normalization")
def l2Normalize(d):
    x = d.shape(1, 4)
    axis = d.axis(len(x))
    # Of one element only the sign is left, whose gradient is 0 but for rounding.
    x[axis] = d.size(2)
    return [operand(x)], {"axis": axis}, lambda x: F.normalize(x, dim=axis)


# MARK: Convolutions


@operation("convolutions")
def conv2d(d):
    kh, kw, s, p, dilation = d.size(1, 3), d.size(1, 3), d.size(1, 2), d.size(0, 2), d.size(1, 2)
    groups = d.choice([1, 1, 2, 3])
    i, o = groups * d.size(1, 2), groups * d.size(1, 2)
    h, w = [max(1, dilation * (k - 1) + 1 - 2 * p) + d.size(0, 2) for k in (kh, kw)]
    operands = [operand([d.size(1, 2), h, w, i]), operand([o, kh, kw, i // groups])]
    operands += [operand([o])] if d.flag() else []
    f = lambda x, w, b=None: last(F.conv2d(first(x), first(w), b, s, p, dilation, groups))
    return operands, {"stride": s, "padding": p, "dilation": dilation, "groups": groups}, f


@operation("convolutions")
def depthwiseConv2d(d):
    kh, kw, s, p, dilation, c = d.size(1, 3), d.size(1, 3), d.size(1, 2), d.size(0, 2), d.size(1, 2), d.size()
    h, w = [max(1, dilation * (k - 1) + 1 - 2 * p) + d.size(0, 2) for k in (kh, kw)]
    operands = [operand([d.size(1, 2), h, w, c]), operand([kh, kw, c])] + ([operand([c])] if d.flag() else [])
    f = lambda x, w, b=None: last(F.conv2d(first(x), w.permute(2, 0, 1)[:, None], b, s, p, dilation, c))
    return operands, {"stride": s, "padding": p, "dilation": dilation}, f


@operation("convolutions")
def convTranspose2d(d):
    kh, kw, s, dilation = d.size(1, 3), d.size(1, 3), d.size(1, 3), d.size(1, 2)
    groups = d.choice([1, 1, 2])
    i, o = groups * d.size(1, 2), groups * d.size(1, 2)
    p = d.size(0, (dilation * (min(kh, kw) - 1)) // 2)
    extra = d.size(0, max(s, dilation) - 1)
    operands = [operand(d.map(1, 3, i)), operand([i, kh, kw, o // groups])]
    operands += [operand([o])] if d.flag() else []
    f = lambda x, w, b=None: last(F.conv_transpose2d(first(x), first(w), b, s, p, extra, groups, dilation))
    return operands, {"stride": s, "padding": p, "outputPadding": extra, "dilation": dilation, "groups": groups}, f


# MARK: Pooling and resizing


@operation("pooling")
def maxPool2d(d):
    k, s = d.size(1, 3), d.size(1, 3)
    p = d.size(0, k // 2)
    f = lambda x: last(F.max_pool2d(first(x), k, s, p))
    return [operand(d.map(k, k + 2))], {"kernelSize": k, "stride": s, "padding": p}, f


@operation("pooling")
def avgPool2d(d):
    k, s, counts = d.size(1, 3), d.size(1, 3), d.flag()
    p = d.size(0, k // 2)
    f = lambda x: last(F.avg_pool2d(first(x), k, s, p, count_include_pad=counts))
    return [operand(d.map(k, k + 2))], {"kernelSize": k, "stride": s, "padding": p, "countIncludesPadding": counts}, f


@operation("pooling")
def adaptiveAvgPool2d(d):
    size = [d.size(), d.size()]
    return [operand(d.map(1, 5))], {"size": size}, lambda x: last(F.adaptive_avg_pool2d(first(x), size))


@operation("pooling")
def globalAvgPool2d(d):
    return [operand(d.map())], {}, lambda x: last(F.adaptive_avg_pool2d(first(x), 1))


@operation("pooling")
def interpolate(d):
    mode, size = d.choice(["nearest", "bilinear", "bicubic"]), [d.size(1, 6), d.size(1, 6)]
    corners = mode != "nearest" and d.flag()
    antialias = mode != "nearest" and not corners and d.flag()
    if antialias:
        # PyTorch 2.13 repeats the first row where the result is one pixel wide.
        size[1] = max(2, size[1])
    options = {} if mode == "nearest" else {"align_corners": corners, "antialias": antialias}
    f = lambda x: last(F.interpolate(first(x), size, mode=mode, **options))
    arguments = {"size": size, "mode": mode, "alignCorners": corners, "antialias": antialias}
    return [operand(d.map(1, 5, d.size(1, 2)))], arguments, f


@operation("pooling")
def interpolateByFactor(d):
    mode, scale = d.choice(["nearest", "bilinear", "bicubic"]), d.choice([0.5, 1.5, 2.0, 3.0])
    options = {} if mode == "nearest" else {"align_corners": False}
    f = lambda x: last(F.interpolate(first(x), scale_factor=scale, mode=mode, recompute_scale_factor=False, **options))
    return [operand(d.map(2, 4, 1))], {"scale": scale, "mode": mode}, f


# MARK: Losses


def loss(name, f, **arguments):
    def make(d):
        x = d.shape(1, 4)
        return [operand(x), operand(x, constant=True)], arguments, f

    operation("losses", name)(make)


loss("l1Loss", F.l1_loss)
loss("mseLoss", F.mse_loss)
loss("charbonnierLoss", lambda x, y: ((x - y) ** 2 + 0.01).sqrt().mean(), epsilon=0.1)
loss("smoothL1Loss", lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), beta=0.5)
loss("huberLoss", lambda x, y: F.huber_loss(x, y, delta=0.5), delta=0.5)
loss("psnrLoss", lambda x, y: 10 * (((x - y) ** 2).reshape(len(x), -1).mean(1) + 0.01).log10().mean(), epsilon=0.01)


@operation("losses")
def ssimLoss(d):
    x = [1, 11 + d.size(0, 2), 11 + d.size(0, 2), d.size(1, 2)]
    offsets = torch.arange(11, dtype=torch.float64) - 5
    line = torch.exp(-(offsets**2) / (2 * 1.5**2))
    window = torch.outer(line, line) / line.sum() ** 2

    def f(x, y):
        x, y = first(x).flatten(0, 1)[:, None], first(y).flatten(0, 1)[:, None]
        blur = lambda z: F.conv2d(z, window[None, None])
        mx, my = blur(x), blur(y)
        vx, vy, cxy = blur(x * x) - mx**2, blur(y * y) - my**2, blur(x * y) - mx * my
        c1, c2 = 0.01**2, 0.03**2
        return 1 - ((2 * mx * my + c1) * (2 * cxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()

    return [operand(x, 0.5, 0.5), operand(x, 0.5, 0.5, constant=True)], {}, f


@operation("losses")
def edgeLoss(d):
    x = d.map(1, 5, d.size(1, 2))
    line = torch.tensor([1, 5, 8, 5, 1], dtype=torch.float64) / 20

    def blur(x):
        planes = first(x).flatten(0, 1)[:, None]
        planes = F.conv2d(F.pad(planes, (2, 2, 2, 2), mode="replicate"), torch.outer(line, line)[None, None])
        return last(planes.reshape(first(x).shape))

    def laplacian(x):
        kept = torch.zeros_like(x)
        kept[:, ::2, ::2] = 4
        return x - blur(kept * blur(x))

    f = lambda x, y: (laplacian(x - y) ** 2 + 0.01).sqrt().mean()
    return [operand(x), operand(x, constant=True)], {"epsilon": 0.1}, f


@operation("losses")
def fourierAmplitudeLoss(d):
    def f(x, y):
        spectrum = torch.fft.fft2(first(x - y))
        return (spectrum.real.abs().mean() + spectrum.imag.abs().mean()) / 2

    # Sides of 3 and more: of shorter ones all imaginary parts are 0, and rounding decides about their signs.
    x = d.map(3, 5, d.size(1, 2))
    return [operand(x), operand(x, constant=True)], {}, f


@operation("losses")
def totalVariationLoss(d):
    def f(x):
        down, right = (x[:, 1:] - x[:, :-1]).abs(), (x[:, :, 1:] - x[:, :, :-1]).abs()
        return (down.mean() if down.numel() else 0) + (right.mean() if right.numel() else 0)

    x = d.map()
    if x[1] * x[2] == 1:
        return totalVariationLoss(d)
    return [operand(x)], {}, f


def short(operand):
    """Shape, spread, centre and whether it is constant, without the last ones that are as usual."""
    fields, usual = [operand["shape"], operand["spread"], operand["centre"], int(operand["constant"])], [None, 1, 0, 0]
    while fields[-1] == usual[len(fields) - 1]:
        fields.pop()
    return fields


def write(family, output, count, largest):
    cases, values = [], []
    for name, make in FAMILIES[family].items():
        for index in range(count):
            key = zlib.crc32(f"{family}/{name}/{index}".encode())
            operands, arguments, f = make(Draw(key, largest))
            tensors = []
            for place, o in enumerate(operands):
                numbers = uniform(key + place, math.prod(o["shape"]), o["spread"], o["centre"])
                tensor = torch.from_numpy(numbers.astype(np.float64)).reshape(o["shape"])
                tensors.append(tensor.requires_grad_(not o["constant"]))
            results = f(*tensors)
            results = list(results) if isinstance(results, (tuple, list)) else [results]
            wanted = [t for t in tensors if t.requires_grad]
            gradients = []
            if wanted:
                seeds = [
                    torch.from_numpy(uniform(key + 100 + place, r.numel()).astype(np.float64)).reshape(r.shape)
                    for place, r in enumerate(results)
                ]
                gradients = torch.autograd.grad(sum((r * s).sum() for r, s in zip(results, seeds)), wanted)
            for tensor in [r.detach() for r in results] + list(gradients):
                values.append(tensor.contiguous().numpy().astype(np.float32).reshape(-1))
            case = {
                "op": name,
                "key": key,
                "operands": [short(o) for o in operands],
                "results": [list(r.shape) for r in results],
            }
            cases.append({**case, "arguments": arguments} if arguments else case)
    path = output / f"operations-{family}.safetensors"
    metadata = {"cases": json.dumps(cases, separators=(",", ":")), "torch": torch.__version__}
    save_file({"values": np.concatenate(values)}, path, metadata=metadata)
    print(f"{path}: {len(FAMILIES[family])} operations, {len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--count", type=int, default=50, help="cases of each operation (default: 50)")
    parser.add_argument("--largest", type=int, default=4, help="largest size of an axis (default: 4)")
    parser.add_argument("--only", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for family in options.only:
        write(family, options.output, options.count, options.largest)
