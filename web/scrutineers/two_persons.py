"""Publishing takes two persons: one proposes, another agrees."""

from __future__ import annotations

from domain.acts import Refusal


class TwoPersons:
    """Who has proposed what, in this process' memory: a restart asks again, and nothing is lost."""

    def __init__(self) -> None:
        self._proposed: dict[str, str] = {}

    def agree(self, what: str, person: str) -> bool:
        """Whether two have now agreed. Raises `Refusal` where nobody is named, or the same person agrees again."""
        person = person.strip()
        if not person:
            raise Refusal("who", "请写明确认人。")
        first = self._proposed.get(what)
        if first is None:
            self._proposed[what] = person
            return False
        if first == person:
            raise Refusal("same_person", f"公布须由两人确认，{person} 已确认过；请由另一人确认。")
        return True

    def forget(self, what: str) -> None:
        """It is done."""
        self._proposed.pop(what, None)
