"""Processes that are waited for without limit.

## Why it is bad
A child that waits for input, for a lock or for its own peer never ends, and neither does who waits for it: the worker
is gone until somebody looks.

Off by default, because most processes that programs start (builds, conversions, package managers) may take as long as
they take, and whoever waits for them is a person or a job with a limit of its own. Select it for services that start
processes while somebody waits for an answer. Of 14 findings that were read in 117 packages which had no part in making
the rule, a request or a worker waited in 5.

## Example
```python
import subprocess

subprocess.run(["git", "fetch"], check=True)
```

## Use instead
```python
import subprocess

subprocess.run(["git", "fetch"], check=True, timeout=10)
```

Found: `subprocess.run`, `call`, `check_call` and `check_output`, and `communicate()` and `wait()` of a `Popen` in
sight. Quiet when `**kwargs` may hold the timeout.

## Fix safety
Unsafe: a process that takes longer now ends in `TimeoutExpired`. `run` and its relatives kill it, `communicate()` and
`wait()` leave it running.

## References
- https://docs.python.org/3/library/subprocess.html#subprocess.run
- https://docs.python.org/3/library/subprocess.html#subprocess.Popen.communicate
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.subprocesses import WAITS
from relint.model import Finding, Rule
from relint.queries.timeouts import lacks_timeout

rule = Rule(
    code="REL104",
    imports=("subprocess",),
    words=("run", "call", "check_call", "check_output", "communicate", "wait"),
    fix="unsafe",
    default=False,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    name = ctx.callee(node)
    if name in WAITS and lacks_timeout(ctx, node, WAITS[name]):
        yield rule.finding(
            node, f"`{name}` has no timeout: a process that never ends is waited for, for good", data=name
        )
