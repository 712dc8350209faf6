"""The fixed code of processes: the same output, and an end to waiting."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.fixing import fixed, run


@pytest.mark.parametrize(
    "code",
    [
        """
        import subprocess
        def use(command):
            return subprocess.run(command, capture_output=True, check=True).stdout
        """,
        """
        import subprocess
        def use(command):
            with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                try:
                    return process.communicate()[0]
                finally:
                    process.kill()
        """,
    ],
)
def test_a_process_that_never_ends_is_given_up(code: str) -> None:
    use = run(fixed(code, "REL104", timeout=1))["use"]
    assert use([sys.executable, "-c", "print('done')"]).strip() == b"done"
    with pytest.raises(subprocess.TimeoutExpired):
        use([sys.executable, "-c", "import time; time.sleep(30)"])
