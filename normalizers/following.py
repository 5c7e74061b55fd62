"""What may follow the words before it: log P(word), worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Context = tuple[str, ...]


class Following(dict[str, float]):
    """Natural log P(word | the words before) of any word; ``"</s>"`` is the end of a cell."""

    __slots__ = ("_log_probability",)

    def __init__(self, log_probability: Callable[[str], float]) -> None:
        super().__init__()
        self._log_probability = log_probability

    def __missing__(self, word: str) -> float:
        value = self[word] = self._log_probability(word)
        return value


Language = Callable[[Context], Mapping[str, float]]
"""What may follow the words of a cell; ``()`` begins one."""
