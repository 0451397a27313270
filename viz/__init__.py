"""What autograd and nn made, drawn."""

from viz.drawing import Drawing
from viz.expression import TooLargeError, draw_dot, draw_graph
from viz.network import draw_network
from viz.render import RenderError

__all__ = ["Drawing", "RenderError", "TooLargeError", "draw_dot", "draw_graph", "draw_network"]
