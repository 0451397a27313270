"""Training steps a second in a page, beside TensorFlow Playground's own nn.ts on the same network.

    python benchmarks/playground.py                          # ours, in Node and in headless Chromium
    python benchmarks/playground.py --nn nn.js               # and its nn.ts, in Node

Needs Node, or Chromium, or both. nn.js is `src/nn.ts` of github.com/tensorflow/playground, through
`npx esbuild nn.ts --format=cjs --outfile=nn.js`. The network is 2-16-16-1 with tanh throughout, half
the squared error, 100 moons a step, plain gradient descent; both begin with the same weights, and that
both have the same losses is asserted before anything is timed. One process, in turn, medians of rounds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from nn import MLP
from viz.playground.model import export

SIZES, RATE, STEPS = [2, 16, 16, 1], 0.03, 100
DATA = json.loads((Path(__file__).parent / "moons.json").read_text())
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

THEIRS = """
const nn = require(process.argv[2]), { Activations, Errors } = nn;
const network = nn.buildNetwork(SIZES, Activations.TANH, Activations.TANH, null, ["x", "y"], false);
network.slice(1).forEach((layer, l) => layer.forEach((node, j) => {
  node.bias = parameter[`layers.${l}.neurons.${j}.b`];
  node.inputLinks.forEach((link, i) => { link.weight = parameter[`layers.${l}.neurons.${j}.w.${i}`]; });
}));
const { x, y } = data.train;
const points = y.map((label, i) => [[x[2 * i], x[2 * i + 1]], label]);
const theirs = () => {
  let loss = 0;
  for (const [point, label] of points) {
    loss += Errors.SQUARE.error(nn.forwardProp(network, point), label);
    nn.backProp(network, label, Errors.SQUARE);
  }
  nn.updateWeights(network, RATE, 0);
  return loss / points.length;
};
for (let i = 0; i < 100; i++) {
  const [a, b] = [training.step().loss, theirs()];
  if (Math.abs(a - b) > 1e-10 * b) throw Error(`step ${i}: ${a} is not ${b}`);
}
contestants.push(theirs);
"""
TIMED = """
const times = contestants.map(() => []);
for (let round = 0; round < ROUNDS + 2; round++) contestants.forEach((step, k) => {
  const start = performance.now();
  for (let i = 0; i < STEPS; i++) step();
  if (round > 1) times[k].push((performance.now() - start) / STEPS);
});
"""


def half_square(answer: Any, target: Any) -> Any:
    """What nn.ts calls SQUARE."""
    return 0.5 * (answer - target) ** 2


def script(rounds: int, theirs: bool) -> str:
    """Ours, then theirs, then the rounds; the times, milliseconds a step, are in ``times``."""
    model = MLP(SIZES[0], SIZES[1:], activation="tanh", out_activation="tanh", init="xavier_uniform",
                rng=0)  # fmt: skip
    made = export(model, (DATA["X"], DATA["y"]), half_square)
    start = f"const SIZES = {SIZES}, RATE = {RATE}, STEPS = {STEPS}, ROUNDS = {rounds};"
    ours = f"""
const data = {json.dumps(made.data)};
const program = createProgram(), training = createTraining(program, data, {{ rate: RATE }});
const parameter = Object.fromEntries(program.names.map((name, i) => [name, program.parameters[i]]));
const contestants = [() => training.step()];
"""
    return "\n".join(["'use strict';", start, made.script, ours, THEIRS if theirs else "", TIMED])


def in_node(rounds: int, nn: str | None) -> list[list[float]]:
    """Milliseconds a step of each contestant, a number a round."""
    text = script(rounds, nn is not None) + "\nconsole.log(JSON.stringify(times));"
    command = ["node", "-", *([str(Path(nn).resolve())] if nn else [])]
    ran = subprocess.run(command, input=text, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(ran.stderr[-2000:])
    return list(json.loads(ran.stdout))


def in_chromium(rounds: int) -> list[list[float]]:
    """The same, ours alone, as the text of a page."""
    text = script(rounds, False) + "\ndocument.body.textContent = JSON.stringify(times);"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "page.html"
        page.write_text(f"<!DOCTYPE html><meta charset=utf-8><body><script>{text}</script>")
        ran = subprocess.run(
            [str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()],
            capture_output=True, text=True,
        )  # fmt: skip
    return list(json.loads(ran.stdout.partition("<body>")[2].partition("</body>")[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nn", help="nn.ts of TensorFlow Playground, as a CommonJS file")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    if shutil.which("node"):
        ours, *others = in_node(given.rounds, given.nn)
        print(f"Node: {1000 / median(ours):.0f} steps a second (best {1000 / min(ours):.0f})")
        for theirs in others:
            ratio = median(b / a for a, b in zip(ours, theirs))
            print(
                f"nn.ts: {1000 / median(theirs):.0f} steps a second; ours is {ratio:.1f} × as fast"
            )
    else:
        print("Node: not here (apt-get install nodejs)")
    if CHROMIUM:
        (ours,) = in_chromium(given.rounds)
        print(f"Chromium: {1000 / median(ours):.0f} steps a second (best {1000 / min(ours):.0f})")
    else:
        print("Chromium: not here (apt-get install chromium)")


if __name__ == "__main__":
    main()
