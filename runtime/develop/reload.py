"""Restarts a command when a file of the mounted source changes. One that fails is started again at the next change.

    python -I -S reload.py COMMAND [ARGS...]
"""

import os
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from watchfiles import DefaultFilter, run_process  # noqa: E402

if __name__ == "__main__":
    run_process(
        "/app",
        target=shlex.join(sys.argv[1:]),
        target_type="command",
        watch_filter=DefaultFilter(ignore_paths=["/app/logs"]),
        # In ms: an edit is live as soon as the server is up again.
        step=20,
        # In seconds: nobody waits for a graceful end here.
        sigint_timeout=0.05,
        sigkill_timeout=1,
    )
