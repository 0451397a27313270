"""A network as a picture: layers as columns, weight and gradient on every edge."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Program
from nn import Module
from nn.architecture import Column
from viz.arguments import check_text, check_texts, check_whole
from viz.drawing import Drawing
from viz.network.architecture import architecture
from viz.network.assemble import build
from viz.network.formulas import formulas_of, write_formulas
from viz.network.geometry import Geometry
from viz.network.numbers import Numbers
from viz.network.pixels import answer_in_percent, draw_image, look_at
from viz.scene import Edge, Scene
from viz.style import FONT, Palette, checked_digits

__all__ = ["draw_network", "network_scene"]


def draw_network(
    model: Module,
    *,
    title: str | None = None,
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
    color_by: str = "weight",
    max_neurons: int = 12,
    max_layers: int = 8,
    unroll: bool = False,
    backward: Program | None = None,
    image_shape: tuple[int, int] | None = None,
    probabilities: bool = False,
    digits: int = 3,
    theme: str | Palette | None = None,
    font: str = FONT,
    format: str = "svg",
    timeout: float = 60.0,
) -> Drawing:
    """A network: weight and gradient on every edge, bias at each neuron, outputs once it ran.

    Up to 24 edges between two layers carry their numbers: on the lines where none hides another line,
    else in rows in front of the neurons. Above that, lines are thin, and hovering over one in the SVG
    shows them. Images and kernels of convolutions are drawn as such, recurrent layers with what they
    remember. Gradients read – before the first ``backward()``.

    Args:
        model: an MLP, a Sequential, a layer, or any Module that has layers in its attributes.
        title: stands above the drawing; None: the model's name and sizes.
        input_names: what the inputs are called, x₁, x₂ … if not given.
        output_names: what the outputs are called, y₁, y₂ … if not given.
        color_by: what colour and width of the lines show: "weight" or "gradient"; "neuron" gives the
            lines into each neuron a colour of their own, and dashes those of negative weight.
        max_neurons: a layer of more shows its first and last neurons, with their numbers.
        max_layers: a network of more shows its first and last layers.
        unroll: recurrent layers step by step, as their last call went: every number, its gradient, and
            beside each weight what the step adds to its gradient. Of a layer with more than
            ``max_neurons`` gates, some of each are drawn.
        backward: a program that was compiled with the model: under each layer stands what its reverse
            pass computes there, ∂ of what comes out, of the weights and of the biases, as
            ``print(program.backward)`` writes it.
        image_shape: rows and columns, where the inputs are the pixels of an image, row by row: the
            image is drawn, some of its lit pixels, and the weights of each neuron as a picture.
        probabilities: the outputs are logits of classes: show their softmax, and mark the winner.
        digits: significant digits of the numbers.
        theme: "light", "dark" or another of `style.THEMES`, or a `Palette` of your own; None: the one
            that `use_theme` set, or light.
        font: the names of fonts, the preferred first.
        format: the format for `Drawing.render` and `Drawing.pipe`.
        timeout: seconds after which the layout is given up.

    Raises:
        TypeError: for what is no model.
        ValueError: for a model without layers, an unknown theme, format or ``color_by``, a program of
            another model.

    >>> from nn import MLP
    >>> drawing = draw_network(MLP(4, [3, 1], activation="tanh", rng=0))
    >>> drawing.scene.title, sum(edge.id.startswith("w") for edge in drawing.scene.edges)
    ('MLP 4–3–1', 15)
    """
    scene = network_scene(
        model, title=title, input_names=input_names, output_names=output_names,
        color_by=color_by, max_neurons=max_neurons, max_layers=max_layers, unroll=unroll,
        backward=backward, image_shape=image_shape, probabilities=probabilities, digits=digits,
    )  # fmt: skip
    return Drawing(scene, theme, font=font, format=format, timeout=timeout)


def network_scene(
    model: Module,
    *,
    title: str | None = None,
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
    color_by: str = "weight",
    max_neurons: int = 12,
    max_layers: int = 8,
    unroll: bool = False,
    backward: Program | None = None,
    image_shape: tuple[int, int] | None = None,
    probabilities: bool = False,
    digits: int = 3,
) -> Scene:
    """The network as plain data, laid out; arguments as `draw_network`.

    ``n1_2`` is the third unit of the first layer, ``b1_2`` its bias, ``w1_2_3`` the edge from the
    fourth unit before it and ``l1_2_3`` the label on that.
    """
    if color_by not in ("weight", "gradient", "neuron"):
        raise ValueError(f"color_by is 'weight', 'gradient' or 'neuron', not {color_by!r}")
    for name, most in (("max_neurons", max_neurons), ("max_layers", max_layers)):
        check_whole(name, most, 3)
    if title is not None:
        check_text("title", title)
    names = check_texts("input_names", input_names), check_texts("output_names", output_names)
    found = architecture(model, *names, unroll)
    for given, column in zip(names, (found.columns[0], found.columns[-1])):
        if len(given) > column.size:
            raise ValueError(f"{len(given)} names for {column.size} units ({column.title})")
    parameters = model.parameters()
    numbers = Numbers(
        computed=any(value.grad != 0 for value in parameters),
        color_by=color_by,
        digits=checked_digits(digits),
    )
    if image_shape is not None:
        look_at(found, image_shape, max_neurons, numbers.strength)
    if probabilities:
        answer_in_percent(found)
    geometry = Geometry(
        found, numbers.strength, numbers.gradient, max_neurons, max_layers, digits, rows=True
    )
    if title is None:
        title = _title(model, [found.columns[c] if c >= 0 else None for c in geometry.shown])
        if len(parameters) > 100:
            title += f" ({len(parameters):,} parameters)".replace(",", "\u202f")
    scene = build(geometry, numbers, title)
    if backward is not None:
        write_formulas(scene, geometry, formulas_of(backward, model, found))
    if image_shape is not None:
        for drawn in draw_image(geometry, image_shape):
            (scene.edges if isinstance(drawn, Edge) else scene.nodes).append(drawn)  # type: ignore[arg-type]
    return scene


def _title(model: Module, shown: Sequence[Column | None]) -> str:
    """The model's kind, and the sizes of its layers; the names of stages where there are images."""
    name = type(model).__name__
    if any(column and column.kinds for column in shown):
        return f"{name}, unrolled over its steps"
    if any(column and column.maps for column in shown):
        stages = [column.title if column else "⋯" for column in shown]
        return f"{name}: {' → '.join(stages)}"
    sizes = [str(c.size - c.memory) if c else "⋯" for c in shown if not c or c.kind != "value"]
    return f"{name} {'–'.join(sizes)}"
