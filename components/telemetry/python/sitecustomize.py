"""Loads the telemetry layer into a process whose PYTHONPATH begins with this folder; Python imports it at its start."""

import os
import sys

import mcp_telemetry  # noqa: F401  (importing it is all there is to do)

# This module stands in front of one that the machine or the server may have: that one is loaded as well, and the path
# is the server's own again. What the layer loads later, it finds through its package.
_own = sys.modules.pop(__name__)
_folder = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _folder]
try:
    import sitecustomize  # noqa: F401
except ImportError as error:
    if error.name != __name__:
        raise
    sys.modules[__name__] = _own
