"""Two distributions cannot share the import name `autograd`."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from autograd.import_names import warn_of_second_owner


def test_the_metadata_of_hips_autograd_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "autograd-1.8.0.dist-info").mkdir()
    with pytest.warns(RuntimeWarning, match=r"autograd-1\.8\.0.*separate virtual"):
        warn_of_second_owner([str(tmp_path)])


@pytest.mark.parametrize("name", ["nn", "viz"])
def test_the_other_names_have_other_owners_too(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}-0.1.1.dist-info").mkdir()
    told = rf"own the package '{name}' here: chainrule and {name}-0\.1\.1\."
    with pytest.warns(RuntimeWarning, match=told):
        warn_of_second_owner([str(tmp_path)])


def test_other_names_that_begin_alike_are_no_owners(tmp_path: Path) -> None:
    (tmp_path / "autograd_gamma-0.5.0.dist-info").mkdir()
    (tmp_path / "autograd-minimize-0.3.dist-info").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_second_owner([str(tmp_path), str(tmp_path / "missing")])


def test_importing_beside_hips_autograd_warns(tmp_path: Path) -> None:
    (tmp_path / "autograd-1.8.0.dist-info").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", "import autograd"], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0
    assert "two distributions own the package 'autograd'" in run.stderr
