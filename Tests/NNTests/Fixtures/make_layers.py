"""Writes layers.safetensors: PyTorch's layers with random parameters, an input, what they make of it, and gradients.

For each case: CASE/param.NAME and CASE/buffer.NAME as in the layer's state dictionary, CASE/input and CASE/output as
N x C x H x W, CASE/grad.NAME and CASE/grad.input of the sum of output times CASE/seed.

    python make_layers.py layers.safetensors      (torch, numpy and safetensors installed)
"""

import sys

import torch
from safetensors.torch import save_file
from torch import nn


class Last(nn.Module):
    """A layer that works on the last axis, called with channels second."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class MLP(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class ChannelAttention(nn.Module):
    def __init__(self, channels, reduction):
        super().__init__()
        self.conv_du = nn.Sequential(
            nn.Conv2d(channels, channels // reduction, 1),
            nn.ReLU(),
            nn.Conv2d(channels // reduction, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return x * self.conv_du(x.mean((2, 3), keepdim=True))


def upsampler(channels, scale):
    factors = [3] if scale == 3 else [2] * (scale.bit_length() - 1)
    return nn.Sequential(
        *[layer for f in factors for layer in (nn.Conv2d(channels, channels * f * f, 3, padding=1), nn.PixelShuffle(f))]
    )


CASES = {
    "linear": (Last(nn.Linear(5, 7)), 5, True),
    "linear_without_bias": (Last(nn.Linear(5, 3, bias=False)), 5, True),
    "conv2d": (nn.Conv2d(5, 6, 3, padding=1), 5, True),
    "conv2d_strided": (nn.Conv2d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2, bias=False), 4, True),
    "conv2d_pointwise": (nn.Conv2d(5, 6, 1), 5, True),
    "conv2d_pointwise_groups": (nn.Conv2d(4, 6, 1, groups=2), 4, True),
    "conv2d_depthwise": (nn.Conv2d(5, 5, 3, padding=1, groups=5), 5, True),
    "conv_transpose2d": (nn.ConvTranspose2d(5, 4, 3, stride=2, padding=1, output_padding=1), 5, True),
    "layer_norm": (Last(nn.LayerNorm(6)), 6, True),
    "group_norm": (nn.GroupNorm(2, 6), 6, True),
    "rms_norm": (Last(nn.RMSNorm(6, eps=1e-5)), 6, True),
    "batch_norm2d": (nn.BatchNorm2d(5), 5, True),
    "batch_norm2d_evaluated": (nn.BatchNorm2d(5), 5, False),
    "mlp": (Last(MLP(6, 10)), 6, True),
    "channel_attention": (ChannelAttention(8, 4), 8, True),
    "pixel_shuffle_upsampler_3": (upsampler(4, 3), 4, True),
    "pixel_shuffle_upsampler_4": (upsampler(4, 4), 4, True),
}


def main():
    torch.manual_seed(0)
    tensors = {}
    for name, (layer, channels, trains) in CASES.items():
        layer = layer.double().train(trains)
        for parameter in layer.parameters():
            parameter.data.add_(0.3 * torch.randn_like(parameter))
        for key, buffer in layer.named_buffers():
            if buffer.is_floating_point():
                buffer.add_(0.2 * torch.rand_like(buffer))
        layer = layer.float().double()  # values that float32 holds
        state = {k.removeprefix("layer."): v.clone() for k, v in layer.state_dict().items()}
        size = (1, channels, 2, 3) if "shuffle" in name else (2, channels, 5, 7)
        x = torch.randn(size).double().requires_grad_()
        y = layer(x)
        seed = torch.randn_like(y)
        (y * seed).sum().backward()
        parameters = dict((k.removeprefix("layer."), p) for k, p in layer.named_parameters())
        for key, value in state.items():
            kind = "param" if key in parameters else "buffer"
            tensors[f"{name}/{kind}.{key}"] = value
        for key, buffer in layer.named_buffers():
            tensors[f"{name}/after.{key.removeprefix('layer.')}"] = buffer.clone()
        for key, parameter in parameters.items():
            tensors[f"{name}/grad.{key}"] = parameter.grad
        tensors |= {
            f"{name}/input": x.detach(),
            f"{name}/grad.input": x.grad,
            f"{name}/output": y.detach(),
            f"{name}/seed": seed,
        }
    floats = {k: (v.float() if v.is_floating_point() else v).contiguous() for k, v in tensors.items()}
    save_file(floats, sys.argv[1])


main()
