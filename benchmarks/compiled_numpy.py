"""The training steps of `compiled.py` by hand in NumPy, as one would without an autograd engine."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def softmax_loss(z, y):
    """Mean stable cross-entropy of logits [B, C], and its gradient."""
    z = z - z.max(1, keepdims=True)
    e = np.exp(z)
    s = e.sum(1, keepdims=True)
    rows = np.arange(len(y))
    loss = (np.log(s[:, 0]) - z[rows, y]).mean()
    g = e / s
    g[rows, y] -= 1.0
    g /= len(y)
    return loss, g


def moons(p, x, y):
    """2-16-16-1, relu, hinge + 1e-4 · L2. Returns the loss and the gradients."""
    w1, b1, w2, b2, w3, b3 = p
    z1 = x @ w1.T + b1
    h1 = np.maximum(z1, 0.0)
    z2 = h1 @ w2.T + b2
    h2 = np.maximum(z2, 0.0)
    score = h2 @ w3.T + b3
    margin = 1.0 - y[:, None] * score
    loss = np.maximum(margin, 0.0).mean() + 1e-4 * sum((q * q).sum() for q in p)
    g = np.where(margin > 0, -y[:, None], 0.0) / len(y)
    gw3, gb3 = g.T @ h2, g.sum(0)
    g = (g @ w3) * (z2 > 0)
    gw2, gb2 = g.T @ h1, g.sum(0)
    g = (g @ w2) * (z1 > 0)
    gw1, gb1 = g.T @ x, g.sum(0)
    return loss, [d + 2e-4 * q for d, q in zip((gw1, gb1, gw2, gb2, gw3, gb3), p)]


def digits(p, x, y):
    """784-N-10, relu, cross-entropy."""
    w1, b1, w2, b2 = p
    z = x @ w1.T + b1
    h = np.maximum(z, 0.0)
    loss, g = softmax_loss(h @ w2.T + b2, y)
    gw2, gb2 = g.T @ h, g.sum(0)
    g = (g @ w2) * (z > 0)
    return loss, [g.T @ x, g.sum(0), gw2, gb2]


def patches(x, k, stride):
    """im2col: [B, C, H, W] to [B · rows · columns, C · k · k], and how many rows and columns."""
    windows = sliding_window_view(x, (k, k), (2, 3))[:, :, ::stride, ::stride]
    b, c, r, s = windows.shape[:4]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(b * r * s, c * k * k), (r, s)


def convolution(p, x, y):
    """8 filters of 5×5, stride 2, relu; 16 of 3×3, stride 2, relu; then 400-10, cross-entropy."""
    w1, b1, w2, b2, w3, b3 = p
    batch = len(x)
    c1, (r1, s1) = patches(x, 5, 2)
    z1 = (c1 @ w1.T + b1).reshape(batch, r1, s1, 8).transpose(0, 3, 1, 2)
    h1 = np.maximum(z1, 0.0)
    c2, (r2, s2) = patches(h1, 3, 2)
    z2 = c2 @ w2.T + b2
    h2 = np.maximum(z2, 0.0)
    flat = h2.reshape(batch, r2, s2, 16).transpose(0, 3, 1, 2).reshape(batch, -1)
    loss, g = softmax_loss(flat @ w3.T + b3, y)
    gw3, gb3 = g.T @ flat, g.sum(0)
    g = (g @ w3).reshape(batch, 16, r2, s2).transpose(0, 2, 3, 1).reshape(-1, 16) * (z2 > 0)
    gw2, gb2 = g.T @ c2, g.sum(0)
    columns = (g @ w2).reshape(batch, r2, s2, 8, 3, 3)
    g1 = np.zeros_like(h1)
    for i in range(3):
        for j in range(3):
            g1[:, :, i : i + 2 * r2 : 2, j : j + 2 * s2 : 2] += columns[..., i, j].transpose(
                0, 3, 1, 2
            )
    g = (g1 * (z1 > 0)).transpose(0, 2, 3, 1).reshape(-1, 8)
    return loss, [g.T @ c1, g.sum(0), gw2, gb2, gw3, gb3]


def norm(x):
    """RMS norm over the last axis, and what its gradient needs."""
    s = ((x * x).mean(-1, keepdims=True) + 1e-5) ** -0.5
    return x * s, s


def norm_back(g, x, s):
    return g * s - x * (s**3 * (g * x).mean(-1, keepdims=True))


def gpt(p, x, y, heads=4):
    """examples/gpt.py with one block; the weights of the loss are all 1/T."""
    wte, wpe, wq, wk, wv, wo, up, down, head = p
    batch, length = x.shape
    size = wte.shape[1]
    d = size // heads

    def split(a):
        return a.reshape(batch, length, heads, d).transpose(0, 2, 1, 3)

    def merge(a):
        return a.transpose(0, 2, 1, 3).reshape(batch, length, size)

    x0 = wte[x] + wpe
    n1, s1 = norm(x0)
    q, k, v = split(n1 @ wq.T), split(n1 @ wk.T), split(n1 @ wv.T)
    scores = q @ k.transpose(0, 1, 3, 2) * d**-0.5
    scores = np.where(np.tri(length, dtype=bool), scores, -np.inf)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    a = e / e.sum(-1, keepdims=True)
    o = merge(a @ v)
    x1 = x0 + o @ wo.T
    n2, s2 = norm(x1)
    z = n2 @ up.T
    u = np.maximum(z, 0.0)
    x2 = x1 + u @ down.T
    n3, s3 = norm(x2)
    loss, g = softmax_loss((n3 @ head.T).reshape(batch * length, -1), y.ravel())
    flat = (batch * length, -1)
    ghead = g.T @ n3.reshape(flat)
    g = norm_back((g @ head).reshape(x0.shape), x2, s3)
    gdown = g.reshape(flat).T @ u.reshape(flat)
    gz = (g @ down) * (z > 0)
    gup = gz.reshape(flat).T @ n2.reshape(flat)
    g = g + norm_back(gz @ up, x1, s2)
    gwo = g.reshape(flat).T @ o.reshape(flat)
    go = split(g @ wo)
    ga = go @ v.transpose(0, 1, 3, 2)
    gv = a.transpose(0, 1, 3, 2) @ go
    gs = a * (ga - (ga * a).sum(-1, keepdims=True)) * d**-0.5
    gq, gk, gv = merge(gs @ k), merge(gs.transpose(0, 1, 3, 2) @ q), merge(gv)
    gwq, gwk, gwv = (part.reshape(flat).T @ n1.reshape(flat) for part in (gq, gk, gv))
    g = g + norm_back(gq @ wq + gk @ wk + gv @ wv, x0, s1)
    gwte = np.zeros_like(wte)
    np.add.at(gwte, x.ravel(), g.reshape(batch * length, size))
    return loss, [gwte, g.sum(0), gwq, gwk, gwv, gwo, gup, gdown, ghead]


MODELS = {"moons": moons, "digits": digits, "convolution": convolution, "gpt": gpt}
