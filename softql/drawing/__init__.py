"""Pictures of environments, drawn with Pillow from their states: no game library, no display.

`scene(env, env_params, name)` finds how an environment is drawn; `Scene.draw(state, obs, palette)` is a pure function
to an image [height, width, 3] of bytes. One file a family. Imports: NumPy, Pillow, and matplotlib's font.
"""

from softql.drawing.canvas import DARK as DARK
from softql.drawing.canvas import LIGHT as LIGHT
from softql.drawing.canvas import Palette as Palette
from softql.drawing.frames import Side as Side
from softql.drawing.frames import frame as frame
from softql.drawing.frames import gif as gif
from softql.drawing.frames import strip as strip
from softql.drawing.scenes import Scene as Scene
from softql.drawing.scenes import scene as scene
