"""Draw a referral pattern as a figure.

Solid: the essential zone. Stippled: spillover, felt by some. Crosses: the trigger points. Draws a
whole muscle, then one of its trigger points alone on the other side, and writes both into the
current folder; the extension chooses between png, svg and pdf.
"""

from hippain_maps import load_atlas
from hippain_maps.plotting import plot_pattern, save_figure

atlas = load_atlas()

# Any of a muscle's names will do: TFL, tensor fasciae latae, tensor_fasciae_latae.
tensor = atlas.source("TFL")
print("wrote", save_figure(plot_pattern(tensor, atlas), f"{tensor.id}.png", dpi=150))

minimus = atlas.source("gluteus_minimus")
posterior = minimus.trigger_point("posterior")
figure = plot_pattern(minimus, atlas, side="right", trigger_points=[posterior], views=["posterior"])
print("wrote", save_figure(figure, "gluteus_minimus_posterior.svg"))
