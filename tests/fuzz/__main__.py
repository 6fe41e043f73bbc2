"""Feeds mutated inputs to readers of external data, for a time or a number of inputs.

    python -m tests.fuzz [--seconds 30] [--inputs N] [--seed N] [--only files]

An input that raises, or takes longer than 30 s, is saved in tests/fixtures/findings (files) or a folder
beside it, where a test reads it from then on. Prints the number of inputs, the slowest one, and the peak of
memory.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import sys
import time
import traceback

from tests.fuzz import addresses, answers, files, tokens
from tests.fuzz.mutate import mutated

SLOW_SECONDS = 30
TARGETS = {"files": files, "answers": answers, "tokens": tokens, "addresses": addresses}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--inputs", type=int)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", choices=TARGETS, action="append")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    names = arguments.only or list(TARGETS)
    seeds = {name: TARGETS[name].seeds() for name in names}
    before = _peak()
    began, count, findings, slowest = time.monotonic(), 0, 0, 0.0
    while count < arguments.inputs if arguments.inputs else time.monotonic() - began < arguments.seconds:
        name = names[count % len(names)]
        data = mutated(rng, seeds[name])
        count += 1
        start = time.process_time()
        try:
            TARGETS[name].target(data)
        except Exception:  # noqa: BLE001 - the point of it
            findings += _keep(name, data)
        slowest = max(slowest, took := time.process_time() - start)
        if took > SLOW_SECONDS:
            findings += _keep(name, data)
    sys.stdout.write(
        f"seed {arguments.seed}: {count} inputs in {time.monotonic() - began:.0f} s, {findings} findings; "
        f"slowest {slowest:.2f} s of CPU; memory {(_peak() - before) / 1024:.0f} MB above the start\n"
    )
    return 1 if findings else 0


def _keep(name: str, data: bytes) -> int:
    folder = files.FIXTURES / ("findings" if name == "files" else f"findings-{name}")
    folder.mkdir(exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    sys.stderr.write(f"{path}\n{traceback.format_exc()}\n")
    return 1


def _peak() -> int:
    """Peak resident memory in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    raise SystemExit(main())
