"""Fixtures that every test may ask for. Each lives in a file of its own; this one only makes them known."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.azurite import azurite, unique_name
from tests.peers import pytest_report_header
from tests.real_mesos.fixture import real_mesos, real_mesos_program

__all__ = ["azurite", "pytest_report_header", "real_mesos", "real_mesos_program", "unique_name"]

# How long an example takes says nothing on a machine that others use too. Under CI=true the default that this builds
# on draws the same examples each time; elsewhere each run draws new ones.
settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")
