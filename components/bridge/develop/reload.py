"""Restarts a command when a file of the mounted source changes.

    python -I -S reload.py SECONDS COMMAND [ARGS...]

SECONDS is what the command may take to end by itself. A command that fails is started again at the next change.
"""

import os
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from watchfiles import DefaultFilter, run_process  # noqa: E402

if __name__ == "__main__":
    seconds, *command = sys.argv[1:]
    run_process(
        "/app",
        target=shlex.join(command),
        target_type="command",
        watch_filter=DefaultFilter(ignore_paths=["/app/logs"]),
        step=20,
        sigint_timeout=float(seconds),
        sigkill_timeout=1,
    )
