"""The committed artifacts are what the sources compile to, and no other machine would make others."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from ashao_site.embedded.config import ROOT
from staking.artifacts import FOLDER, artifact

CONTRACTS = ROOT / "staking" / "contracts"
EIP_170_MAX_BYTES = 24_576


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", "compile.mjs", "--check"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_recompiled_they_are_the_same() -> None:
    done = check(CONTRACTS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_changed_source_and_a_changed_artifact_are_named(tmp_path) -> None:
    copy = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(CONTRACTS / "node_modules")
    source = copy / "AshaoToken.sol"
    source.write_text(source.read_text().replace("1_000_000_000 ether", "2_000_000_000 ether"))
    done = check(copy)
    assert done.returncode == 1
    assert done.stderr.startswith("AshaoToken: the committed artifact is not what its source compiles to")
    shutil.copy(CONTRACTS / "AshaoToken.sol", source)
    changed = copy / "artifacts" / "StakingVault.json"
    changed.write_text(changed.read_text().replace('"0x60', '"0x61', 1))
    done = check(copy)
    assert done.stderr.startswith("StakingVault: ")
    assert done.stderr.count("\n") == 1


def test_a_comment_changes_nothing(tmp_path) -> None:
    copy = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(CONTRACTS / "node_modules")
    with open(copy / "StakingVault.sol", "a") as source:
        source.write("// and so on\n")
    assert check(copy).returncode == 0


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.json")), ids=lambda path: path.stem)
def test_they_fit_on_a_chain_and_name_no_machine(path) -> None:
    found = json.loads(path.read_text())
    assert 2 < len(found["deployedBytecode"]) // 2 <= EIP_170_MAX_BYTES
    assert str(ROOT) not in path.read_text()


def test_code_is_told_apart() -> None:
    token, vault = artifact("AshaoToken"), artifact("StakingVault")
    assert token.is_code(token.deployed)
    assert not token.is_code(vault.deployed)
    assert not token.is_code(b"")
    assert not token.is_code(token.deployed[:-1] + b"\x00")
    start, length = token.immutables[0]
    given = token.deployed[:start] + b"\x07" * length + token.deployed[start + length :]
    assert token.is_code(given)
