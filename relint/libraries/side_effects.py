"""Calls that a rollback cannot take back.

Sources: https://docs.celeryq.dev/en/stable/userguide/calling.html, https://docs.djangoproject.com/en/stable/topics/email/,
https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api, and the API pages of the clients named.
"""

from __future__ import annotations

MAIL: frozenset[str] = frozenset(
    {
        "django.core.mail.send_mail",
        "django.core.mail.send_mass_mail",
        "django.core.mail.mail_admins",
        "django.core.mail.mail_managers",
        "django.core.mail.EmailMessage.send",
        "django.core.mail.EmailMultiAlternatives.send",
        "django.core.mail.message.EmailMessage.send",
        "django.core.mail.message.EmailMultiAlternatives.send",
        "smtplib.SMTP.send_message",
        "smtplib.SMTP.sendmail",
        "smtplib.SMTP_SSL.send_message",
        "smtplib.SMTP_SSL.sendmail",
    }
)

_HTTP_OWNERS = ("requests", "requests.Session", "httpx", "httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession")
_HTTP_VERBS = ("get", "options", "head", "post", "put", "patch", "delete", "request")
HTTP: frozenset[str] = frozenset({f"{owner}.{verb}" for owner in _HTTP_OWNERS for verb in _HTTP_VERBS}) | {
    "urllib.request.urlopen"
}

MESSAGES: frozenset[str] = frozenset(
    {
        "kafka.KafkaProducer.send",
        "confluent_kafka.Producer.produce",
        "aiokafka.AIOKafkaProducer.send",
        "aiokafka.AIOKafkaProducer.send_and_wait",
        "kombu.Producer.publish",
        "google.cloud.pubsub_v1.PublisherClient.publish",
        "google.cloud.pubsub.PublisherClient.publish",
        "redis.Redis.publish",
        "redis.asyncio.Redis.publish",
        "celery.Celery.send_task",
        "celery.current_app.send_task",
        "celery.app.Celery.send_task",
        "rq.Queue.enqueue",
        "django_rq.enqueue",
        "nats.aio.client.Client.publish",
    }
)
PRODUCERS = frozenset({"send", "publish", "produce", "send_and_wait", "basic_publish"})
"""Methods that send, on something called `producer` or `publisher`."""

CACHE: frozenset[str] = frozenset(
    {"set", "set_many", "delete", "delete_many", "delete_pattern", "clear", "incr", "decr", "touch", "get_or_set"}
)
"""Methods of Django's cache that write. `add` is left out: it takes locks."""

CACHES = ("django.core.cache.cache", "django.core.cache.caches")

TASK_CALLS = frozenset({"delay", "apply_async"})
TASK_DECORATORS = frozenset({"task", "shared_task", "periodic_task"})
"""Last parts of the decorators that make a Celery task: `shared_task`, `app.task`."""

CANVAS: frozenset[str] = frozenset({"celery.chain", "celery.group", "celery.chord", "celery.signature"})
SIGNATURES = frozenset({"s", "si", "signature", "subtask", "map", "starmap", "chunks"})
"""Methods of a task whose result has `delay` and `apply_async` too."""
