"""RAMiT x2 in PyTorch, for `make race`: the same network with the same parameter names as the package's own.

Feature maps are N x C x H x W, images lie in [0, 1]. A state dictionary that the package writes loads with strict=True.
"""
import math
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Mean and standard deviation of the training images, as published with the paper's models for x2.
MEAN, STD = (0.4485, 0.4375, 0.4045), (0.2397, 0.2290, 0.2389)
SCALE = 2
DIM = 64
DEPTHS = (6, 4, 4, 6)
HEADS, CHANNEL_HEADS = 4, 1
WINDOW = 8
FEED_FORWARD_RATIO = 2


class LayerNorm(nn.Module):
    """Layer normalisation over the channels of each pixel."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class MobiVari(nn.Module):
    """MobiVari 2: a grouped expansion, a depth-wise convolution (residual) and a point-wise one (residual if the width
    stays the same)."""

    def __init__(self, dim: int, out_dim: Optional[int] = None, expansion: float = 1.2, groups: int = 4) -> None:
        super().__init__()
        self.is_residual = out_dim in (None, dim)
        width = int(dim * expansion)
        width += groups - width % groups  # the published rule: 1 to `groups` more channels
        self.exp_conv = nn.Conv2d(dim, width, 1, groups=groups)
        self.dw_conv = nn.Conv2d(width, width, 3, padding=1, groups=width)
        self.pw_conv = nn.Conv2d(width, out_dim or dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        expanded = F.leaky_relu(self.exp_conv(x))
        out = self.pw_conv(F.leaky_relu(self.dw_conv(expanded) + expanded))
        return out + x if self.is_residual else out


def cosine_attention(q: Tensor, k: Tensor, logit_scale: Tensor, bias: Optional[Tensor] = None) -> Tensor:
    """softmax(cos(q, k) * min(exp(logit_scale), 100) + bias) over the last axis; q and k are ... x tokens x width."""
    scale = logit_scale.clamp(max=math.log(100.0)).exp()
    logits = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1) * scale
    return (logits if bias is None else logits + bias).softmax(-1)


class SpatialSelfAttention(nn.Module):
    """Attention between the pixels of a window."""

    def __init__(self, head_dim: int, heads: int, shift: int) -> None:
        super().__init__()
        self.head_dim, self.heads, self.shift = head_dim, heads, shift
        self.logit_scale = nn.Parameter(torch.full((heads, 1, 1), math.log(10.0)))
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * WINDOW - 1) ** 2, heads))
        y, x = torch.meshgrid(torch.arange(WINDOW), torch.arange(WINDOW), indexing="ij")
        y, x = y.flatten(), x.flatten()
        rows, columns = y[:, None] - y[None] + WINDOW - 1, x[:, None] - x[None] + WINDOW - 1
        self.register_buffer("relative_position_index", rows * (2 * WINDOW - 1) + columns)
        self.proj = nn.Conv2d(head_dim * heads, head_dim * heads, 1)

    @staticmethod
    def windows(x: Tensor, heads: int) -> Tensor:
        """N x (heads * c) x H x W to (N * windows) x heads x tokens x c."""
        n, _, h, w = x.shape
        x = x.reshape(n, heads, -1, h // WINDOW, WINDOW, w // WINDOW, WINDOW).permute(0, 3, 5, 1, 4, 6, 2)
        return x.reshape(-1, heads, WINDOW * WINDOW, x.shape[-1])

    def forward(self, qkv: Tensor, helper: Optional[Tensor] = None) -> Tensor:
        """qkv is N x (heads * 3 * c) x H x W; helper, the previous block's channel attention, N x (others * c) x H x W.
        """
        n, _, height, width = qkv.shape
        shift = (-self.shift, -self.shift)
        if self.shift:
            qkv = qkv.roll(shift, (-2, -1))
        q, k, v = self.windows(qkv, self.heads).chunk(3, dim=-1)
        if helper is not None:
            if self.shift:
                helper = helper.roll(shift, (-2, -1))
            v = v * self.windows(helper, helper.shape[1] // self.head_dim).mean(1, keepdim=True)
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)[None]
        x = cosine_attention(q, k, self.logit_scale, bias) @ v
        x = x.reshape(n, height // WINDOW, width // WINDOW, self.heads, WINDOW, WINDOW, self.head_dim)
        x = self.proj(x.permute(0, 3, 6, 1, 4, 2, 5).reshape(n, -1, height, width))
        return x.roll((self.shift, self.shift), (-2, -1)) if self.shift else x


class ChannelSelfAttention(nn.Module):
    """Attention between the channels of a head."""

    def __init__(self, head_dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.logit_scale = nn.Parameter(torch.full((heads, 1, 1), math.log(10.0)))
        self.proj = nn.Conv2d(head_dim * heads, head_dim * heads, 1)

    def forward(self, qkv: Tensor, helper: Optional[Tensor] = None) -> Tensor:
        """qkv is N x (heads * 3 * c) x H x W; helper is the previous block's spatial attention."""
        n, _, height, width = qkv.shape
        q, k, v = qkv.reshape(n, self.heads, -1, height * width).chunk(3, dim=2)
        if helper is not None:
            v = v * helper.mean(1).reshape(n, 1, 1, height * width)
        x = cosine_attention(q, k, self.logit_scale) @ v
        return self.proj(x.reshape(n, -1, height, width))


class QKVProjection(nn.Module):
    """The queries, keys and values of all heads."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.qkv = nn.Conv2d(dim, 3 * dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.qkv(x)


class FeedForward(nn.Module):
    """Two point-wise convolutions with GELU between them."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.hidden = nn.Conv2d(dim, FEED_FORWARD_RATIO * dim, 1)
        self.out = nn.Conv2d(FEED_FORWARD_RATIO * dim, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(F.gelu(self.hidden(x)))


class DRAMiTBlock(nn.Module):
    """Spatial and channel attention side by side, each helped by the other one of the previous block."""

    def __init__(self, dim: int, shift: int) -> None:
        super().__init__()
        head_dim, spatial_heads = dim // HEADS, HEADS - CHANNEL_HEADS
        self.spatial_width = 3 * head_dim * spatial_heads
        self.qkv_proj = QKVProjection(dim)
        self.sp_attn = SpatialSelfAttention(head_dim, spatial_heads, shift)
        self.ch_attn = ChannelSelfAttention(head_dim, CHANNEL_HEADS)
        self.mobivari = MobiVari(dim)
        self.norm1, self.norm2 = LayerNorm(dim), LayerNorm(dim)
        self.ffn = FeedForward(dim)

    def forward(
        self, x: Tensor, spatial: Optional[Tensor], channel: Optional[Tensor]
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Returns the features, both attentions, and both mixed."""
        qkv = self.qkv_proj(x)
        new_spatial = self.sp_attn(qkv[:, : self.spatial_width], channel)
        new_channel = self.ch_attn(qkv[:, self.spatial_width :], spatial)
        attention = self.mobivari(torch.cat([new_spatial, new_channel], 1))
        x = self.norm1(attention) + x
        return self.norm2(self.ffn(x)) + x, new_spatial, new_channel, attention


class Stage(nn.Module):
    """Blocks of one resolution; the windows of every second one are shifted."""

    def __init__(self, dim: int, depth: int) -> None:
        super().__init__()
        shifts = (0 if index % 2 == 0 else WINDOW // 2 for index in range(depth))
        self.blocks = nn.ModuleDict({f"block{i}": DRAMiTBlock(dim, shift) for i, shift in enumerate(shifts)})

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the features and the last block's mixed attention."""
        spatial = channel = attention = None
        for block in self.blocks.values():
            x, spatial, channel, attention = block(x, spatial, channel)
        return x, attention


class Downsizing(nn.Module):
    """Each 2 x 2 pixels side by side, mixed."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = LayerNorm(4 * dim)
        self.reduction = MobiVari(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        quarters = [x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        return self.reduction(self.norm(torch.cat(quarters, 1)))


class Bottleneck(nn.Module):
    """Shallow features, pooled and added to each stage's output, shuffled to full size and mixed."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.mobivari = MobiVari(dim + dim // 4 + dim // 16, dim)
        self.norm = LayerNorm(dim)

    def forward(self, shallow: Tensor, stages: list[Tensor]) -> Tensor:
        parts = []
        for level, x in enumerate(stages):
            pooled = F.max_pool2d(shallow, 2**level) if level else shallow
            parts.append(F.pixel_shuffle(x + F.leaky_relu(pooled), 2**level))
        return self.norm(self.mobivari(torch.cat(parts, 1)))


class HRAMi(nn.Module):
    """The attentions of all stages, shuffled to full size and mixed."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.mobivari = MobiVari(2 * dim + dim // 4 + dim // 16, dim)

    def forward(self, attentions: list[Tensor]) -> Tensor:
        first, second, third, fourth = attentions
        return self.mobivari(torch.cat([first, F.pixel_shuffle(second, 2), F.pixel_shuffle(third, 4), fourth], 1))


class Reconstruction(nn.Module):
    """Features to the restored image."""

    def __init__(self, dim: int, channels: int) -> None:
        super().__init__()
        self.mobivari = nn.ModuleDict({f"mobivari{index}": MobiVari(dim) for index in range(2)})
        self.conv = nn.Conv2d(dim, channels * SCALE**2, 3, padding=1)
        self.final_conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.mobivari.values():
            x = layer(x)
        return self.final_conv(F.pixel_shuffle(self.conv(x), SCALE))


class Shallow(nn.Module):
    """The image to features."""

    def __init__(self, channels: int, dim: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, dim, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class RAMiT(nn.Module):
    """Doubles the sides of images: N x 3 x H x W to N x 3 x 2H x 2W."""

    def __init__(self) -> None:
        super().__init__()
        channels = len(MEAN)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, -1, 1, 1), persistent=False)
        self.shallow = Shallow(channels, DIM)
        self.stage1 = Stage(DIM, DEPTHS[0])
        self.down1 = Downsizing(DIM)
        self.stage2 = Stage(DIM, DEPTHS[1])
        self.down2 = Downsizing(DIM)
        self.stage3 = Stage(DIM, DEPTHS[2])
        self.bottleneck = Bottleneck(DIM)
        self.stage4 = Stage(DIM, DEPTHS[3])
        self.attn_mix = HRAMi(DIM)
        self.to_target = Reconstruction(DIM, channels)

    def forward(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        multiple = 4 * WINDOW  # of the coarsest stage's windows
        x = (F.pad(image, (0, -width % multiple, 0, -height % multiple)) - self.mean) / self.std
        shallow = self.shallow(x)
        out1, attention1 = self.stage1(shallow)
        out2, attention2 = self.stage2(self.down1(out1))
        out3, attention3 = self.stage3(self.down2(out2))
        out4, attention4 = self.stage4(self.bottleneck(shallow, [out1, out2, out3]))
        out = self.to_target(out4 * self.attn_mix([attention1, attention2, attention3, attention4]) + shallow)
        return (out * self.std + self.mean)[..., : height * SCALE, : width * SCALE]
