"""The families of `families.py` in NumPy, forward and backward by hand, over whole batches.

Each takes the parameters, flat, and the arguments of a batch; it gives back the mean loss and the
gradient, flat.
"""

from __future__ import annotations

import numpy as np

__all__ = ["TWINS"]


def factorisation_machine(p, x, y):
    b, n = x.shape
    w, v = p[1 : n + 1], p[n + 1 :].reshape(n, -1)
    s = x @ v
    out = p[0] + x @ w + 0.5 * ((s * s).sum(1) - (x * x) @ (v * v).sum(1))
    error = out - y
    g = 2.0 / b * error
    gx = x * g[:, None]
    gv = gx.T @ s - v * (g @ (x * x))[:, None]
    return (error * error).mean(), np.concatenate([[g.sum()], x.T @ g, gv.ravel()])


def ising(p, x):
    b, n = x.shape
    j = np.zeros((n, n))
    upper = np.triu_indices(n, 1)
    j[upper] = p[n:]
    energy = -((x @ j) * x).sum(1) - x @ p[:n]
    return energy.mean(), np.concatenate([-x.mean(0), (x.T @ x)[upper] / -b])


def gaussian_process(p, x, y):
    b, n = x.shape
    scale, amplitude, noise = np.exp(p)
    z = (x[:, :, None] - x[:, None, :]) / scale
    k = amplitude * np.exp(-0.5 * z * z)
    inverse = np.linalg.inv(k + noise * np.eye(n))
    a = np.einsum("bij,bj->bi", inverse, y)
    factor = np.linalg.cholesky(k + noise * np.eye(n))
    loss = 0.5 * (a * y).sum(1) + np.log(np.diagonal(factor, 0, 1, 2)).sum(1)
    g = 0.5 / b * (inverse - a[:, :, None] * a[:, None, :])
    gk = g * k
    return loss.mean(), np.array([(gk * z * z).sum(), gk.sum(), noise * np.trace(g.sum(0))])


def binomial_tree(p, spot, strike, n=20):
    b, (rate, volatility) = len(spot), p
    h = 1.0 / n
    up, growth = np.exp(volatility * h**0.5), np.exp(rate * h)
    q = (growth - 1.0 / up) / (up - 1.0 / up)
    powers = up ** np.arange(-n, n + 1.0)[:, None]
    exercise = strike - spot * powers
    values, keep = [np.maximum(exercise[::2], 0.0)], []
    for i in range(n - 1, -1, -1):
        held = (q * values[-1][1:] + (1.0 - q) * values[-1][:-1]) / growth
        own = exercise[n - i : n + i + 1 : 2]
        keep.append((held > own, held))
        values.append(np.where(keep[-1][0], held, own))
    g, gq, ggrowth, gexercise = np.full((1, b), 1.0 / b), 0.0, 0.0, np.zeros_like(exercise)
    for i in range(n):
        chosen, held = keep[n - 1 - i]
        value = values[n - 1 - i]
        gheld = g * chosen
        gexercise[n - i : n + i + 1 : 2] += g - gheld
        ggrowth -= (gheld * held).sum() / growth
        gheld /= growth
        gq += (gheld * (value[1:] - value[:-1])).sum()
        g = np.zeros_like(value)
        g[1:] += q * gheld
        g[:-1] += (1.0 - q) * gheld
    gexercise[::2] += g * (exercise[::2] > 0.0)
    gpowers = -(gexercise @ spot)
    gup = (gpowers * np.arange(-n, n + 1.0) * powers[:, 0]).sum() / up
    width = up - 1.0 / up
    gup += gq * (1.0 / up**2 * width - (growth - 1.0 / up) * (1.0 + 1.0 / up**2)) / width**2
    ggrowth += gq / width
    return values[-1].mean(), np.array([ggrowth * growth * h, gup * up * h**0.5])


def ctc(p, logits, target=(1, 2, 2, 3)):
    b, frames, symbols = logits.shape
    path = np.array([0, *(s for label in target for s in (label, 0))])
    jump = np.array([s > 1 and path[s] and path[s] != path[s - 2] for s in range(len(path))])
    z = logits * p[:symbols] + p[symbols:]
    z = z - z.max(2, keepdims=True)
    soft = np.exp(z)
    norm = soft.sum(2, keepdims=True)
    soft /= norm
    score = (z - np.log(norm))[:, :, path]
    away = np.full((b, len(path)), -np.inf)

    def forward(score, jump):
        alpha = np.empty_like(score)
        alpha[:, 0] = np.where(np.arange(len(path)) < 2, score[:, 0], -np.inf)
        for t in range(1, frames):
            before = alpha[:, t - 1]
            one, two = away.copy(), away.copy()
            one[:, 1:], two[:, 2:] = before[:, :-1], np.where(jump[2:], before[:, :-2], -np.inf)
            alpha[:, t] = np.logaddexp(np.logaddexp(before, one), two) + score[:, t]
        return alpha

    alpha = forward(score, jump)
    back = forward(score[:, ::-1, ::-1], np.concatenate([[0, 0], jump[:1:-1]]).astype(bool))
    beta = back[:, ::-1, ::-1]
    loss = -np.logaddexp(alpha[:, -1, -1], alpha[:, -1, -2])
    share = np.exp(alpha + beta - score + loss[:, None, None])
    g = np.stack([share[:, :, path == s].sum(2) for s in range(symbols)], 2)
    g = (soft * g.sum(2, keepdims=True) - g) / b
    return loss.mean(), np.concatenate([(g * logits).sum((0, 1)), g.sum((0, 1))])


def kalman(p, y):
    b, steps = y.shape
    drift, noise = np.exp(p)
    mean, variance, loss, saved = np.zeros(b), 1.0 + drift, np.zeros(b), []
    for t in range(steps):
        prior = variance + drift
        spread = prior + noise
        gain, surprise = prior / spread, y[:, t] - mean
        mean, variance = mean + gain * surprise, (1.0 - gain) * prior
        loss += 0.5 * (np.log(spread) + surprise * surprise / spread)
        saved.append((prior, spread, gain, surprise))
    g, gmean, gvariance, gdrift, gnoise = 1.0 / b, np.zeros(b), 0.0, 0.0, 0.0
    for prior, spread, gain, surprise in reversed(saved):
        gspread = 0.5 * g * (b / spread - surprise @ surprise / spread**2)
        gsurprise = g * surprise / spread + gmean * gain
        ggain = gmean @ surprise - gvariance * prior
        gprior = gvariance * (1.0 - gain) + ggain / spread
        gspread -= ggain * gain / spread
        gmean = gmean - gsurprise
        gprior, gnoise = gprior + gspread, gnoise + gspread
        gvariance, gdrift = gprior, gdrift + gprior
    return loss.mean(), np.array([(gdrift + gvariance) * drift, gnoise * noise])


def matrix_factorisation(p, who, what, stars):
    rows = p.reshape(-1, 8)
    u, v = rows[who], rows[what]
    error = np.einsum("ij,ij->i", u, v) - stars
    g = (2.0 / len(stars)) * error[:, None]
    gradient = np.zeros_like(rows)
    np.add.at(gradient, who, g * v)
    np.add.at(gradient, what, g * u)
    return (error * error).mean(), gradient.ravel()


def skip_gram(p, centre, other, sign, pairs):
    rows = p.reshape(-1, 8)
    u, v = rows[centre], rows[other]
    s = 1.0 / (1.0 + np.exp(-sign * np.einsum("ij,ij->i", u, v)))
    g = ((s - 1.0) * sign / pairs)[:, None]
    gradient = np.zeros_like(rows)
    np.add.at(gradient, centre, g * v)
    np.add.at(gradient, other, g * u)
    return -np.log(s).sum() / pairs, gradient.ravel()


TWINS = {
    f.__name__: f
    for f in (factorisation_machine, ising, gaussian_process, binomial_tree, ctc, kalman,
              matrix_factorisation, skip_gram)
}  # fmt: skip
