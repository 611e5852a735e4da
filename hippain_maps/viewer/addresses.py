"""What an address answers to: its methods, and the parameters that it takes.

The framework names the methods of the first route that fits a path, and passes over parameters
that a route does not know. Here all methods are named, and a parameter that would change nothing
is refused: who misspells one would otherwise read an answer to another question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute

from hippain_maps._json import one_line
from hippain_maps.errors import did_you_mean
from hippain_maps.viewer.faults import Refusal


def methods_of(path: str, routers: Iterable[APIRouter]) -> str:
    """Return the methods that a path answers to, as an ``Allow`` header has them.

    Parameters
    ----------
    path : str
        Below the prefix of the routers.
    routers : iterable of APIRouter
        All that may answer.
    """
    routes = [route for router in routers for route in router.routes]
    fitting = [r for r in routes if isinstance(r, APIRoute) and r.path_regex.match(path)]
    return ", ".join(sorted({method for route in fitting for method in route.methods or ()}))


async def check_parameters(request: Request) -> None:
    """Refuse parameters that the route of a request does not take, or takes once.

    Raises
    ------
    Refusal
        If there is one; it names what is accepted, and repeats no value.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    if not given:
        return
    accepted = _parameters(request.scope["route"])
    for name, times in given.items():
        where = f"query.{one_line(name)[:60]}"
        if name not in accepted:
            raise Refusal(422, "bad_request", _unknown(name, accepted), where=where)
        if times > 1 and not accepted[name]:
            raise Refusal(
                422, "bad_request", f"{where}: given {times} times; give it once", where=where
            )


def _unknown(name: str, accepted: Iterable[str]) -> str:
    known = sorted(accepted)
    if not known:
        return f"there is no parameter '{one_line(name)[:60]}'; this address takes none"
    near = did_you_mean(name[:60], known)
    listed = ", ".join(known)
    return f"there is no parameter '{one_line(name)[:60]}' here, only {listed}{near}"


def _parameters(route: APIRoute) -> Mapping[str, bool]:
    """Return the query parameters of a route, and whether each may be given more than once."""
    found: dict[str, bool] = {}
    waiting = [route.dependant]
    for part in waiting:
        for field in part.query_params:
            found[field.alias] = _is_list(field.field_info.annotation)
        waiting += part.dependencies
    return found


def _is_list(annotation: Any) -> bool:
    return any(get_origin(kind) is list for kind in (annotation, *get_args(annotation)))
