"""Runs as the last step before a child's own program: drops privileges and ties its life to ours.

Called by path with `python -I -S`, so that it starts in a few milliseconds and imports nothing of ours.
A `preexec_fn` would run Python between fork and exec instead, which is not safe once there are threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """`shim.py PARENT_PID DEATH_SIGNAL UID GID PROGRAM ARGS…`; UID -1 keeps the user."""
    parent, death_signal, uid, gid = (int(value) for value in argv[:4])
    program = argv[4:]
    try:
        if uid >= 0:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        # After the change of user, which clears it.
        _die_with_parent(death_signal)
        if os.getppid() != parent:
            sys.exit(1)  # the parent ended before we could ask to be told
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execvp(program[0], program)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{program[0]} could not be started: {error.strerror}.\n")
        sys.exit(126)


def _die_with_parent(death_signal: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")


if __name__ == "__main__":
    main(sys.argv[1:])
