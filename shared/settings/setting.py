"""What is to be known of one setting."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from . import forms
from .forms import Form


class Reader(StrEnum):
    """Who reads a setting."""

    APP = "the app"
    HOST = "the Functions host"
    BOTH = "the app and the Functions host"


class Setting(Struct, frozen=True, kw_only=True):
    """`form` says how a value looks, with its unit; `default` what holds without it; `change` when to set it; `type` is
    an example of what to type. `sample` is what the sample for Core Tools has. Values of secret ones are never
    shown."""

    name: str
    meaning: str
    form: str
    default: str
    change: str
    type: str
    check: Form = forms.anything
    is_secret: bool = False
    reader: Reader = Reader.APP
    sample: str = ""
