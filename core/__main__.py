"""The command line: `python -m core …`."""

import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback while Python starts or exits

from core.cli.main import main  # noqa: E402

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = main(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(code)
