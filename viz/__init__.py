"""What autograd and nn made, drawn."""

from viz.drawing import Drawing
from viz.expression import TooLargeError, draw_dot, draw_graph
from viz.network import draw_network
from viz.player import Player, player
from viz.plots import plot_activation, plot_decision_boundary, plot_loss
from viz.render import RenderError

__all__ = [
    "Drawing",
    "Player",
    "RenderError",
    "TooLargeError",
    "draw_dot",
    "draw_graph",
    "draw_network",
    "player",
    "plot_activation",
    "plot_decision_boundary",
    "plot_loss",
]
