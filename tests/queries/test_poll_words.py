from __future__ import annotations

from typing import Callable

import pytest

from relint.queries import poll_words


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        (poll_words.is_named_for_waiting, "waitForKeys", "waiter"),
        (poll_words.is_named_for_waiting, "until_done", "retry_until_success"),
        (poll_words.asks_for_a_state, "is_ready", "connect"),
        (poll_words.asks_a_person, "phone_callback", "encode"),
        (poll_words.names_a_health_check, '"/health"', '"/healthy_orders"'),
        (poll_words.names_a_health_check, '"ping"', '"pinged"'),
        (poll_words.is_for_looking_again, "self.check_interval", "self.retry_interval"),
        (poll_words.speaks_of_stopping, "not self.stopped", "attempts < 3"),
        (poll_words.says_it_is_held, "temporarily locked", "blocked"),
        (poll_words.says_it_goes_on, "already running", "refused"),
        (poll_words.says_not_yet, "the disk is still busy", "no answer"),
    ],
)
def test_words(question: Callable[[str], bool], yes: str, no: str) -> None:
    assert question(yes)
    assert not question(no)
