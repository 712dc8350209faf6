"""The retry that the project has agreed on, where a loop of its own stands instead."""

from __future__ import annotations

from relint.context import Context
from relint.fixers.retries.decorated import decorated
from relint.model import Fix, Safety
from relint.queries.retries import Retry


def agreed_retry(ctx: Context, retry: Retry) -> Fix | None:
    """The project's retry instead of a hand-written one.

    None where loops are the pattern (`retry = "inline"`) and for what a library retries already. Only a suggestion
    where the loop does more than try one call again: taking that apart is a person's work.
    """
    sanctioned = ctx.settings.sanctioned
    if sanctioned.retry == "inline" or retry.kind not in ("loop", "recursion"):
        return None
    if (changes := decorated(ctx, retry, sanctioned.retry)) is not None:
        return Fix(f"Let `{sanctioned.retry}` make the attempts, as this project retries", changes, Safety.UNSAFE)
    attempts, cap = sanctioned.attempts, sanctioned.max_delay
    decorators = {
        "tenacity": f"@tenacity.retry(wait=wait_random_exponential(max={cap}), stop=stop_after_attempt({attempts}))",
        "stamina": f"@stamina.retry(on=..., attempts={attempts}, wait_max={cap})",
        "backoff": f"@backoff.on_exception(backoff.expo, ..., max_tries={attempts}, max_value={cap})",
    }
    module, _, name = sanctioned.retry.partition(":")
    decorator = decorators.get(sanctioned.retry) or f"@{name} from {module}"
    return Fix(f"Put the attempt into a function under `{decorator}`, as this project retries", (), Safety.DISPLAY)
