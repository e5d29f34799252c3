"""Writes edsr_tiny_x4, nafnet_tiny_graydn and restormer_tiny_dr.safetensors: small models of other papers.

The models are written here from their papers, with the parameters' names of the published code. Parameters and images
are float32; what is derived from them was computed in float64 and stored as float32.
  param.NAME   the parameters                         input, target   N x C x H x W in [0, 1]
  output       the restored image, not clamped        loss            mean absolute error
  grad.NAME    gradient of the loss                   grad.input      likewise
  train.losses the losses of 5 steps on the same batch, before each (Adam, learning rate 1e-3, betas 0.9 and 0.99)
The file's metadata holds the family under "kind" and the published code's arguments as JSON under "model".

    python make_peers.py FOLDER      (torch, numpy and safetensors installed)
"""

import json
import sys

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    def __init__(self, features, scale):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1), nn.ReLU(), nn.Conv2d(features, features, 3, padding=1)
        )
        self.scale = scale

    def forward(self, x):
        return x + self.scale * self.body(x)


class EDSR(nn.Module):
    """Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPR workshops 2017."""

    def __init__(self, scale, feats, blocks, res_scale=1.0):
        super().__init__()
        self.scale = scale
        self.head = nn.Sequential(nn.Conv2d(3, feats, 3, padding=1))
        self.body = nn.Sequential(
            *[ResidualBlock(feats, res_scale) for _ in range(blocks)], nn.Conv2d(feats, feats, 3, padding=1)
        )
        steps = [3] if scale == 3 else [2] * (scale.bit_length() - 1)
        upsampler = [
            layer for s in steps for layer in (nn.Conv2d(feats, feats * s * s, 3, padding=1), nn.PixelShuffle(s))
        ]
        self.tail = nn.Sequential(nn.Sequential(*upsampler), nn.Conv2d(feats, 3, 3, padding=1))
        self.mean = (0.4488, 0.4371, 0.4040)

    def forward(self, x):
        mean = x.new_tensor(self.mean).reshape(1, 3, 1, 1)
        x = self.head(255 * (x - mean))
        return self.tail(self.body(x) + x) / 255 + mean


class ChannelNorm(nn.Module):
    """A layer norm over the channels. Without a bias it divides by the deviation and leaves the mean."""

    def __init__(self, channels, epsilon, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels)) if bias else None
        self.epsilon = epsilon

    def forward(self, x):
        deviation = (x.var(1, keepdim=True, unbiased=False) + self.epsilon).sqrt()
        weight = self.weight[:, None, None]
        if self.bias is None:
            return x / deviation * weight
        return (x - x.mean(1, keepdim=True)) / deviation * weight + self.bias[:, None, None]


def gate(x):
    first, second = x.chunk(2, 1)
    return first * second


class NAFBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm1, self.norm2 = ChannelNorm(c, 1e-6), ChannelNorm(c, 1e-6)
        self.conv1 = nn.Conv2d(c, 2 * c, 1)
        self.conv2 = nn.Conv2d(2 * c, 2 * c, 3, padding=1, groups=2 * c)
        self.conv3 = nn.Conv2d(c, c, 1)
        self.sca = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c, 1))
        self.conv4 = nn.Conv2d(c, 2 * c, 1)
        self.conv5 = nn.Conv2d(c, c, 1)
        self.beta, self.gamma = nn.Parameter(torch.zeros(1, c, 1, 1)), nn.Parameter(torch.zeros(1, c, 1, 1))

    def forward(self, x):
        mixed = gate(self.conv2(self.conv1(self.norm1(x))))
        y = x + self.beta * self.conv3(mixed * self.sca(mixed))
        return y + self.gamma * self.conv5(gate(self.conv4(self.norm2(y))))


class NAFNet(nn.Module):
    """Chen et al., "Simple Baselines for Image Restoration", ECCV 2022."""

    def __init__(self, img_channel, width, middle_blk_num, enc_blk_nums, dec_blk_nums):
        super().__init__()
        levels = len(enc_blk_nums)
        self.scale = 1

        def blocks(count, level):
            return nn.Sequential(*[NAFBlock(width << level) for _ in range(count)])

        self.intro = nn.Conv2d(img_channel, width, 3, padding=1)
        self.ending = nn.Conv2d(width, img_channel, 3, padding=1)
        self.encoders = nn.ModuleList(blocks(n, i) for i, n in enumerate(enc_blk_nums))
        self.downs = nn.ModuleList(nn.Conv2d(width << i, 2 * width << i, 2, stride=2) for i in range(levels))
        self.middle_blks = blocks(middle_blk_num, levels)
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width << i, 2 * width << i, 1, bias=False), nn.PixelShuffle(2))
            for i in range(levels, 0, -1)
        )
        self.decoders = nn.ModuleList(blocks(n, levels - 1 - i) for i, n in enumerate(dec_blk_nums))

    def forward(self, image):
        height, width = image.shape[2:]
        multiple = 1 << len(self.downs)
        padded = F.pad(image, (0, -width % multiple, 0, -height % multiple))
        x, skips = self.intro(padded), []
        for encoder, down in zip(self.encoders, self.downs):
            x = encoder(x)
            skips.append(x)
            x = down(x)
        x = self.middle_blks(x)
        for up, decoder in zip(self.ups, self.decoders):
            x = decoder(up(x) + skips.pop())
        return (self.ending(x) + padded)[..., :height, :width]


class Body(nn.Module):
    """A layer under the name `body`."""

    def __init__(self, *layers):
        super().__init__()
        self.body = layers[0] if len(layers) == 1 else nn.Sequential(*layers)

    def forward(self, x):
        return self.body(x)


class TransposedAttention(nn.Module):
    def __init__(self, c, heads, bias):
        super().__init__()
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.qkv = nn.Conv2d(c, 3 * c, 1, bias=bias)
        self.qkv_dwconv = nn.Conv2d(3 * c, 3 * c, 3, padding=1, groups=3 * c, bias=bias)
        self.project_out = nn.Conv2d(c, c, 1, bias=bias)

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = (
            part.reshape(n, len(self.temperature), -1, h * w) for part in self.qkv_dwconv(self.qkv(x)).chunk(3, 1)
        )
        cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        return self.project_out(((cosines * self.temperature).softmax(-1) @ v).reshape(n, c, h, w))


class GatedFeedForward(nn.Module):
    def __init__(self, c, ratio, bias):
        super().__init__()
        hidden = int(c * ratio)
        self.project_in = nn.Conv2d(c, 2 * hidden, 1, bias=bias)
        self.dwconv = nn.Conv2d(2 * hidden, 2 * hidden, 3, padding=1, groups=2 * hidden, bias=bias)
        self.project_out = nn.Conv2d(hidden, c, 1, bias=bias)

    def forward(self, x):
        opening, value = self.dwconv(self.project_in(x)).chunk(2, 1)
        return self.project_out(F.gelu(opening) * value)


class TransformerBlock(nn.Module):
    def __init__(self, c, heads, ratio, bias, norm_has_bias):
        super().__init__()
        self.norm1, self.norm2 = (Body(ChannelNorm(c, 1e-5, norm_has_bias)) for _ in range(2))
        self.attn = TransposedAttention(c, heads, bias)
        self.ffn = GatedFeedForward(c, ratio, bias)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.ffn(self.norm2(x))


class Restormer(nn.Module):
    """Zamir et al., "Restormer: Efficient Transformer for High-Resolution Image Restoration", CVPR 2022."""

    def __init__(self, dim, num_blocks, num_refinement_blocks, heads, bias, LayerNorm_type, ffn_expansion_factor=2.66):
        super().__init__()
        self.scale = 1

        def level(channels, index, count):
            return nn.Sequential(
                *[
                    TransformerBlock(channels, heads[index], ffn_expansion_factor, bias, LayerNorm_type == "WithBias")
                    for _ in range(count)
                ]
            )

        def resampling(inputs, outputs, shuffle):
            return Body(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), shuffle(2))

        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, dim, 3, padding=1, bias=False)
        for i in range(3):
            c = dim << i
            setattr(self, f"encoder_level{i + 1}", level(c, i, num_blocks[i]))
            setattr(self, f"down{i + 1}_{i + 2}", resampling(c, c // 2, nn.PixelUnshuffle))
            setattr(self, f"up{i + 2}_{i + 1}", resampling(2 * c, 4 * c, nn.PixelShuffle))
            # At full size there is no reduction: the skipped channels stay.
            setattr(self, f"decoder_level{i + 1}", level(max(c, 2 * dim), i, num_blocks[i]))
            if i > 0:
                setattr(self, f"reduce_chan_level{i + 1}", nn.Conv2d(2 * c, c, 1, bias=bias))
        self.latent = level(8 * dim, 3, num_blocks[3])
        self.refinement = level(2 * dim, 0, num_refinement_blocks)
        self.output = nn.Conv2d(2 * dim, 3, 3, padding=1, bias=bias)

    def forward(self, image):
        x, skips = self.patch_embed.proj(image), []
        for i in (1, 2, 3):
            x = getattr(self, f"encoder_level{i}")(x)
            skips.append(x)
            x = getattr(self, f"down{i}_{i + 1}")(x)
        x = self.latent(x)
        for i in (3, 2, 1):
            x = torch.cat([getattr(self, f"up{i + 1}_{i}")(x), skips.pop()], 1)
            if i > 1:
                x = getattr(self, f"reduce_chan_level{i}")(x)
            x = getattr(self, f"decoder_level{i}")(x)
        return self.output(self.refinement(x)) + image


KINDS = {"edsr": EDSR, "nafnet": NAFNet, "restormer": Restormer}
CASES = {  # name: (shape of the input, the published code's arguments)
    "edsr_tiny_x4": ((2, 3, 7, 9), dict(scale=4, feats=8, blocks=2, res_scale=0.5)),
    "nafnet_tiny_graydn": (
        (2, 1, 10, 15),
        dict(img_channel=1, width=6, middle_blk_num=1, enc_blk_nums=[1, 1], dec_blk_nums=[1, 1]),
    ),
    "restormer_tiny_dr": (
        (1, 3, 16, 24),
        dict(
            dim=2,
            num_blocks=[1, 1, 1, 1],
            num_refinement_blocks=1,
            heads=[1, 2, 2, 4],
            bias=True,
            LayerNorm_type="WithBias",
        ),
    ),
}


def make(name):
    shape, arguments = CASES[name]
    kind = name.split("_")[0]
    torch.manual_seed(sum(map(ord, name)))
    model = KINDS[kind](**arguments)
    with torch.no_grad():  # shares and biases that begin with 0 are to matter
        for p in model.parameters():
            p += 0.1 * torch.randn_like(p)
    n, c, h, w = shape
    image, target = torch.rand(shape), torch.rand(n, c, h * model.scale, w * model.scale)
    out = {f"param.{key}": p.detach().clone() for key, p in model.named_parameters()}
    out |= {"input": image, "target": target}

    model = model.double()
    distances = []  # from kinks, where single precision may be on the other side
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_pre_hook(lambda _, x: distances.append(x[0].abs().min() / x[0].abs().max()))
    x, y = image.double().requires_grad_(), target.double()
    output = model(x)
    distances.append((output - y).abs().min())
    assert min(distances) > 1e-5, f"{name}: a value is near a kink, {distances}: choose another seed"
    loss = (output - y).abs().mean()
    loss.backward()
    out |= {"output": output, "loss": loss.reshape(1), "grad.input": x.grad}
    out |= {f"grad.{key}": p.grad.clone() for key, p in model.named_parameters()}
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.99))
    losses = []
    for _ in range(5):
        adam.zero_grad()
        loss = (model(x.detach()) - y).abs().mean()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    out["train.losses"] = torch.tensor(losses)
    save_file(
        {key: value.detach().float().contiguous() for key, value in out.items()},
        f"{sys.argv[1]}/{name}.safetensors",
        metadata={"kind": kind, "model": json.dumps(arguments)},
    )
    print(name, sum(p.numel() for p in model.parameters()), "parameters, losses", losses)


if __name__ == "__main__":
    for case in CASES:
        make(case)
