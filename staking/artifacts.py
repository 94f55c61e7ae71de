"""The compiled contracts, as committed in `contracts/artifacts`, and what tells their code on a chain."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "contracts" / "artifacts"


@dataclass(frozen=True)
class Artifact:
    """A compiled contract. `immutables` are the (start, length) of what its constructor writes into its code."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    deployed: bytes
    immutables: tuple[tuple[int, int], ...]

    def is_code(self, code: bytes) -> bool:
        """Whether this is the code of such a contract on a chain, whatever its constructor was given."""
        same_length = len(code) == len(self.deployed)
        return same_length and self._without_immutables(code) == self._without_immutables(self.deployed)

    def _without_immutables(self, code: bytes) -> bytes:
        blank = bytearray(code)
        for start, length in self.immutables:
            blank[start : start + length] = bytes(length)
        return bytes(blank)


@functools.cache
def artifact(name: str) -> Artifact:
    """The artifact of a contract: `AshaoToken`, `StakingVault`, `DevUSDC`, or one for tests."""
    compiled = json.loads((FOLDER / f"{name}.json").read_text())
    return Artifact(
        name=name,
        abi=compiled["abi"],
        bytecode=bytes.fromhex(compiled["bytecode"][2:]),
        deployed=bytes.fromhex(compiled["deployedBytecode"][2:]),
        immutables=tuple((place["start"], place["length"]) for place in compiled["immutableReferences"]),
    )
