"""The description of the machine contains no name or path."""

from __future__ import annotations

import os
import platform

from core.lab.machine import load, machine


def test_no_name_and_no_path_is_told() -> None:
    told = machine()
    assert told["processors"].isdecimal()
    assert platform.node() not in "".join(told.values())
    assert os.sep not in "".join(told.values())


def test_the_load_is_a_number_of_programs() -> None:
    found = load()
    assert found is None or found >= 0
