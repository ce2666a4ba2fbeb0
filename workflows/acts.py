"""Every act of a case as an update of its workflow, named as the act is and checked before it is accepted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from temporalio import workflow

from domain.acts import Command
from workflows.messages import Act, Receipt


class TakesActs(Protocol):
    """What a workflow offers to the updates: a check without a trace, and the act itself."""

    def check(self, act: Act[Any]) -> None:
        """Raise when the act would be refused."""
        ...

    def take(self, act: Act[Any]) -> Awaitable[Receipt]:
        """Record the act."""
        ...


W = TypeVar("W", bound=TakesActs)


def takes(*commands: type[Command]) -> Callable[[type[W]], type[W]]:
    """Give a workflow class an update and its validator for each of `commands`; stands under `@workflow.defn`."""

    def decorate(cls: type[W]) -> type[W]:
        for command in commands:
            setattr(cls, command.act, _update_of(command))
        return cls

    return decorate


def _update_of(command: type[Command]) -> Any:
    async def update(self: TakesActs, act: Act[Any]) -> Receipt:
        return await self.take(act)

    def validate(self: TakesActs, act: Act[Any]) -> None:
        self.check(act)

    hints = {"act": Act[command]}  # type: ignore[valid-type]
    for function in (update, validate):
        function.__name__ = command.act
        function.__qualname__ = command.act
    update.__annotations__ = {**hints, "return": Receipt}
    validate.__annotations__ = {**hints, "return": None}
    defined = workflow.update(name=command.act, description=(command.__doc__ or "").strip().splitlines()[0])(update)
    defined.validator(validate)
    return defined
