"""Fixtures that every test may ask for. Each lives in a file of its own; this one only makes them known."""

from __future__ import annotations

from tests.azurite import azurite, unique_name

__all__ = ["azurite", "unique_name"]
