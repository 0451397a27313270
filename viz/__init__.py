"""What autograd and nn made, drawn."""

from autograd.import_names import keep_old_names
from viz.drawing import Drawing
from viz.graph.draw_graph import draw_dot, draw_graph
from viz.graph.limits import TooLargeError
from viz.network.draw_network import draw_network
from viz.page.live import Live, live
from viz.page.player import Player, player
from viz.playground.playground import Playground, playground
from viz.plots import plot_activation, plot_decision_boundary, plot_loss
from viz.process.render import RenderError
from viz.style import use_theme

__all__ = [
    "Drawing",
    "Live",
    "Player",
    "Playground",
    "RenderError",
    "TooLargeError",
    "draw_dot",
    "draw_graph",
    "draw_network",
    "live",
    "player",
    "playground",
    "plot_activation",
    "plot_decision_boundary",
    "plot_loss",
    "use_theme",
]

keep_old_names(
    __name__,
    {
        "expression": "viz.graph.draw_graph",
        "cards": "viz.graph.cards",
        "groups": "viz.graph.groups",
        "kinds": "viz.graph.kinds",
        "highlight": "viz.graph.highlight",
        "architecture": "nn.architecture",
        "stages": "viz.network.architecture",
        "image_stages": "nn.conv",
        "recurrent_stages": "nn.recurrent",
        "image_stages.convolution": "nn.conv:Conv2d.describe",
        "image_stages.pooling": "nn.conv:_Pool2d.describe",
        "recurrent_stages.lstm": "nn.recurrent:LSTM.describe",
        "recurrent_stages.rnn": "nn.recurrent:RNN.describe",
        "columns": "viz.network.geometry",
        "labels": "viz.network.placement",
        "loops": "viz.network.routes",
        "images": "viz.network.images",
        "network_scene": "viz.network.assemble",
        "player": "viz.page.player",
        "_renderer": "viz.process.child",
        "worker": "viz.process.worker",
        "render": "viz.process.render",
        "cli": "viz.terminal.cli",
        "shell": "viz.terminal.shell",
        "expression.TooLargeError": "viz.graph.limits:TooLargeError",
        "style.clean": "viz.escape:clean",
        "style.shorten": "viz.escape:shorten",
        "style.escape": "viz.escape:escape",
        "dot.quote": "viz.escape:quote",
        "render.write": "autograd.text.files:write",
        "scene.Span": "viz.scene:Text",
        "columns.Columns": "viz.network.geometry:Geometry",
        "columns.Line": "viz.network.units:Connection",
        "columns.Style": "viz.network.units:Sizes",
    },
)
