"""Orders to the interfaces of a master: sent to one of them, once.

A read may be tried at every master in turn; an order may not, because one that got no answer may have been carried out.
So the next master is asked only when no connection to this one came about, which is the one case in which nothing was
sent. Admin Router and Marathon proxies answer 502 and 504 when they lost the one behind them: that is `Unknown` too.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import msgspec
from msgspec import Struct

from shared.dcos.doors import GOOD, Hosts
from shared.dcos.masters import LOST, shown
from shared.errors import Refused, Retry, Unknown
from shared.ports.http import HttpAnswer, HttpCall

AGAIN = timedelta(seconds=10)
ORDER_TIMEOUT_S = 15.0


class Order(Struct, frozen=True):
    """`what` is the order in words, for errors; `who` is who answers it, for the guard of a refusal. `body` None:
    none is sent. Statuses in `good` are success, those in `answers` are the caller's to read."""

    who: str
    what: str
    port: int
    path: str
    method: str = "POST"
    body: object = None
    good: Collection[int] = GOOD
    answers: Collection[int] = ()


async def give(hosts: Hosts, order: Order) -> HttpAnswer:
    """The answer, when it is one of the good or expected ones; else the error that it means."""
    said: list[str] = []
    for host in hosts.names:
        try:
            answer = await hosts.http.send(_call(host, order))
        except LOST as error:
            raise Unknown(f"{order.what} was sent to {host} and not answered ({error})") from error
        except OSError as error:  # no connection came about
            said.append(f"{host}: {error}")
            continue
        return _judged(order, host, answer)
    raise Retry(f"{order.what} could not be sent ({'; '.join(said) or 'no master is named'})", AGAIN)


def _call(host: str, order: Order) -> HttpCall:
    headers = {"accept": "application/json"}
    body = None
    if order.body is not None:
        headers["content-type"] = "application/json"
        body = msgspec.json.encode(order.body)
    url = f"http://{host}:{order.port}{order.path}"
    return HttpCall(order.method, url, headers, body, ORDER_TIMEOUT_S)


def _judged(order: Order, host: str, answer: HttpAnswer) -> HttpAnswer:
    status = answer.status
    if status in order.good or status in order.answers:
        return answer
    if status in {401, 403}:
        raise Refused(order.who, "not_authorized", {"status": status})
    if status in {429, 503}:
        raise Retry(f"{order.who} is busy at {host}: {order.what} was answered with {shown(answer)}", AGAIN)
    if status >= 500:
        raise Unknown(f"{order.what} was answered at {host} with {shown(answer)}")
    raise Refused(order.who, "order_not_accepted", {"status": status, "answer": shown(answer)})
