"""`python -m relint`."""

import sys

from relint.cli import main

if __name__ == "__main__":
    sys.exit(main())
