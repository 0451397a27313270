"""A network of layers, drawn.

In: a model, whose layers say what they are made of.
Out: a scene in which every unit, edge and label has its place.
Open first: `draw_network`; then `architecture` (columns), `geometry` (places), `assemble` (the scene).
"""

from viz.network.draw_network import draw_network, network_scene

__all__ = ["draw_network", "network_scene"]
