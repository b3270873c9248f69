"""Fixtures that every test may ask for. Each lives in a file of its own; this one only makes them known."""

from __future__ import annotations

from tests.azurite import azurite, unique_name
from tests.real_mesos.fixture import real_mesos, real_mesos_program

__all__ = ["azurite", "real_mesos", "real_mesos_program", "unique_name"]
