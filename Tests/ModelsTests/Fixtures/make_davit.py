"""Writes davit_core_tiny_x2, davit_full_tiny_dn and davit_elements_tiny_x3.safetensors: small models with RAMiT's body
and the elements of Table A of its paper. Files hold what those of make_peers.py do, with our configuration as "model".

    python make_davit.py FOLDER      (torch, numpy and safetensors installed)
"""

import json
import math
import sys

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

SMALL = dict(dim=16, heads=4, window=4, hiddenRatio=2.0, wide=dict(expansion=1.2, groups=1))
CORE = dict(similarity="cosine", positionEncoding="relativeBias", normalization="post", windowShift=True)
DAVIT = dict(arrangement="alternating", helper=False)
FULL = dict(similarity="dotProduct", positionEncoding="convolution", normalization="pre", windowShift=False)
CASES = {  # name: (batch, height, width, configuration)
    "davit_core_tiny_x2": (1, 16, 32, dict(task="x2", depths=[4, 1, 1, 2], **SMALL, **DAVIT, **CORE)),
    "davit_full_tiny_dn": (1, 32, 16, dict(task="dn", depths=[2, 1, 1, 2], **SMALL, **DAVIT, **FULL)),
    "davit_elements_tiny_x3": (1, 32, 16, dict(
        task="x3", depths=[2, 1, 1, 2], **SMALL, arrangement="parallel", channelHeads=1, helper=True,
        **{**CORE, "similarity": "dotProduct", "normalization": "pre"})),
}
STATISTICS = {
    "x2": ((0.4485, 0.4375, 0.4045), (0.2397, 0.2290, 0.2389)),
    "x3": ((0.4485, 0.4375, 0.4045), (0.2373, 0.2265, 0.2367)),
    "dn": ((0.4775, 0.4515, 0.4047), (0.2442, 0.2367, 0.2457)),
}


def point(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 1)


class Norm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x):
        return self.norm(x.movedim(1, -1)).movedim(-1, 1)


class MobiVari(nn.Module):
    def __init__(self, inputs, outputs, groups=4):
        super().__init__()
        wide = int(1.2 * inputs)
        wide += groups - wide % groups
        self.exp_conv = nn.Conv2d(inputs, wide, 1, groups=groups)
        self.dw_conv = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.pw_conv = point(wide, outputs)

    def forward(self, x):
        e = F.leaky_relu(self.exp_conv(x))
        y = self.pw_conv(F.leaky_relu(self.dw_conv(e) + e))
        return y + x if y.shape == x.shape else y


class Attention(nn.Module):
    """The heads of one kind: q, k and v are N x heads x c x H x W."""

    def __init__(self, heads, c, model):
        super().__init__()
        self.heads, self.c = heads, c
        if model["similarity"] == "cosine":
            self.logit_scale = nn.Parameter(torch.full((heads, 1, 1), math.log(10.0)))
        self.proj = point(heads * c, heads * c)

    def map(self, q, k, bias=0):
        """q, k: ... x heads x tokens x features."""
        if hasattr(self, "logit_scale"):
            factor = self.logit_scale.clamp(max=math.log(100.0)).exp()
            logits = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).mT * factor
        else:
            logits = q @ k.mT / math.sqrt(self.c)
        return torch.softmax(logits + bias, -1)


class Spatial(Attention):
    def __init__(self, heads, c, model, shift):
        super().__init__(heads, c, model)
        self.window, self.shift = model["window"], shift
        if model["positionEncoding"] == "relativeBias":
            self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * self.window - 1) ** 2, heads))

    def bias(self):
        if not hasattr(self, "relative_position_bias_table"):
            return 0
        m = self.window
        place = torch.cartesian_prod(torch.arange(m), torch.arange(m))
        distance = place[:, None] - place[None] + m - 1
        rows = distance[..., 0] * (2 * m - 1) + distance[..., 1]
        return self.relative_position_bias_table[rows].movedim(-1, 0)

    def forward(self, q, k, v):
        n, heads, c, height, width = q.shape
        m, s = self.window, self.shift

        def cut(x):  # N x rows x columns x heads x tokens x c
            x = x.roll((-s, -s), (-2, -1)).reshape(n, heads, c, height // m, m, width // m, m)
            return x.permute(0, 3, 5, 1, 4, 6, 2).reshape(n, height // m, width // m, heads, m * m, c)

        y = self.map(cut(q), cut(k), self.bias()) @ cut(v)
        y = y.reshape(n, height // m, width // m, heads, m, m, c).permute(0, 3, 6, 1, 4, 2, 5)
        return self.proj(y.reshape(n, heads * c, height, width).roll((s, s), (-2, -1)))


class Channel(Attention):
    def forward(self, q, k, v):
        n, heads, c, height, width = q.shape
        return self.proj((self.map(q.flatten(3), k.flatten(3)) @ v.flatten(3)).reshape(n, heads * c, height, width))


class Layers(nn.Module):
    """Modules under names of one's own."""

    def __init__(self, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)


class Block(nn.Module):
    def __init__(self, model, index):
        super().__init__()
        dim, heads = model["dim"], model["heads"]
        c = dim // heads
        alternates = model["arrangement"] == "alternating"
        channel = (heads if index % 2 else 0) if alternates else model["channelHeads"]
        spatial, turn = heads - channel, index // 2 if alternates else index
        shift = model["window"] // 2 if model["windowShift"] and turn % 2 else 0
        self.c, self.spatial, self.pre = c, spatial, model["normalization"] == "pre"
        self.helps = model["helper"] and spatial and channel
        self.qkv_proj = Layers(qkv=point(dim, 3 * dim))
        if spatial:
            self.sp_attn = Spatial(spatial, c, model, shift)
        if channel:
            self.ch_attn = Channel(channel, c, model)
        self.mobivari = MobiVari(dim, dim)
        self.norm1, self.norm2 = Norm(dim), Norm(dim)
        hidden = int(dim * model["hiddenRatio"])
        self.ffn = Layers(hidden=point(dim, hidden), out=point(hidden, dim))
        if model["positionEncoding"] == "convolution":
            self.cpe = nn.ModuleList(Layers(proj=nn.Conv2d(dim, dim, 3, padding=1, groups=dim)) for _ in range(2))

    def attend(self, x, before):
        n, _, height, width = x.shape
        q, k, v = self.qkv_proj.qkv(x).reshape(n, -1, 3, self.c, height, width).unbind(2)
        s, parts = self.spatial, []
        if hasattr(self, "sp_attn"):
            values = v[:, :s]
            if self.helps and before is not None:
                values = values * before[:, s * self.c :].reshape(n, -1, self.c, height, width).mean(1, keepdim=True)
            parts.append(self.sp_attn(q[:, :s], k[:, :s], values))
        if hasattr(self, "ch_attn"):
            values = v[:, s:]
            if self.helps and before is not None:
                values = values * before[:, : s * self.c].mean(1)[:, None, None]
            parts.append(self.ch_attn(q[:, s:], k[:, s:], values))
        return torch.cat(parts, 1)

    def encode(self, x, index):
        return x + self.cpe[index].proj(x) if hasattr(self, "cpe") else x

    def forward(self, x, before):
        x = self.encode(x, 0)
        heads = self.attend(self.norm1(x) if self.pre else x, before)
        attention = self.mobivari(heads)
        x = self.encode(x + (attention if self.pre else self.norm1(attention)), 1)
        y = self.ffn.out(F.gelu(self.ffn.hidden(self.norm2(x) if self.pre else x)))
        return x + (y if self.pre else self.norm2(y)), heads, attention


class Stage(nn.Module):
    def __init__(self, model, depth):
        super().__init__()
        self.blocks = nn.ModuleDict({f"block{i}": Block(model, i) for i in range(depth)})

    def forward(self, x):
        heads = None
        for block in self.blocks.values():
            x, heads, attention = block(x, heads)
        return x, attention


class Downsizing(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm, self.reduction = Norm(4 * dim), MobiVari(4 * dim, dim)

    def forward(self, x):
        cells = [x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        return self.reduction(self.norm(torch.cat(cells, 1)))


class Model(nn.Module):
    def __init__(self, model):
        super().__init__()
        task, dim = model["task"], model["dim"]
        self.scale = int(task[1]) if task[0] == "x" else 1
        mean, deviation = (torch.tensor(values).view(1, -1, 1, 1) for values in STATISTICS[task])
        self.register_buffer("mean", mean)
        self.register_buffer("std", deviation)
        cells = dim + dim // 4 + dim // 16
        self.shallow = Layers(conv=nn.Conv2d(3, dim, 3, padding=1))
        for i, depth in enumerate(model["depths"]):
            self.add_module(f"stage{i + 1}", Stage(model, depth))
        self.down1, self.down2 = Downsizing(dim), Downsizing(dim)
        self.bottleneck = Layers(mobivari=MobiVari(cells, dim, groups=1), norm=Norm(dim))
        self.attn_mix = Layers(mobivari=MobiVari(cells + dim, dim, groups=1))
        self.to_target = Layers(
            mobivari=Layers(mobivari0=MobiVari(dim, dim), mobivari1=MobiVari(dim, dim)),
            conv=nn.Conv2d(dim, 3 * self.scale**2, 3, padding=1), final_conv=nn.Conv2d(3, 3, 3, padding=1))

    def forward(self, image):
        x = (image - self.mean) / self.std
        shallow = self.shallow.conv(x)
        first, attention1 = self.stage1(shallow)
        second, attention2 = self.stage2(self.down1(first))
        third, attention3 = self.stage3(self.down2(second))
        levels = [
            F.pixel_shuffle(y + F.leaky_relu(F.max_pool2d(shallow, 2**i)), 2**i)
            for i, y in enumerate((first, second, third))
        ]
        fourth, attention4 = self.stage4(self.bottleneck.norm(self.bottleneck.mobivari(torch.cat(levels, 1))))
        attentions = [attention1, F.pixel_shuffle(attention2, 2), F.pixel_shuffle(attention3, 4), attention4]
        y = fourth * self.attn_mix.mobivari(torch.cat(attentions, 1)) + shallow
        last = self.to_target
        y = last.conv(last.mobivari.mobivari1(last.mobivari.mobivari0(y)))
        y = last.final_conv(F.pixel_shuffle(y, self.scale))
        return (y if self.scale > 1 else y + x) * self.std + self.mean


def make(name):
    batch, height, width, configuration = CASES[name]
    torch.manual_seed(sum(map(ord, name)))
    model = Model(configuration)
    with torch.no_grad():  # tables and biases that begin with 0 are to matter
        for p in model.parameters():
            p += 0.05 * torch.randn_like(p)
    image = torch.rand(batch, 3, height, width)
    target = torch.rand(batch, 3, height * model.scale, width * model.scale)
    out = {f"param.{key}": p.detach().clone() for key, p in model.named_parameters()}
    out |= {"input": image, "target": target}
    model = model.double()
    x, y = image.double().requires_grad_(), target.double()
    output = model(x)
    assert (output - y).abs().min() > 1e-6, f"{name}: a value is near the loss's kink: choose another seed"
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
        metadata={"kind": "davit", "model": json.dumps(configuration)},
    )
    print(name, sum(p.numel() for p in model.parameters()), "parameters, losses", losses)


if __name__ == "__main__":
    for case in CASES:
        make(case)
