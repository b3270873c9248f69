"""What the app answers to a browser that wants the console: the files that were built, and nothing else."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import msgspec
import pytest

from shared.console.files import read
from shared.console.serve import Console
from shared.settings import EntraAccess

TENANT, CLIENT = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
KB = 1000


@pytest.fixture(scope="module")
def console() -> Console:
    return Console(read(), EntraAccess())


def test_its_root_is_the_page_which_is_asked_for_each_time(console: Console) -> None:
    answer = console.answer("", {})
    assert (answer.status, answer.kind) == (200, "text/html")
    assert b'<div id="app">' in answer.body
    assert answer.all_headers["Cache-Control"] == "no-cache"


def test_what_the_page_names_is_there_and_is_never_asked_for_again(console: Console) -> None:
    named = re.findall(r'(?:src|href)="/api/console/([^"]+)"', console.answer("", {}).body.decode())
    assert len(named) == 3
    for name in named:
        answer = console.answer(name, {})
        assert answer.status == 200
        assert ("immutable" in answer.all_headers["Cache-Control"]) == name.startswith("assets/")


def test_a_browser_that_has_it_gets_nothing(console: Console) -> None:
    etag = console.answer("", {}).all_headers["ETag"]
    answer = console.answer("", {"if-none-match": etag})
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize(
    ("accepts", "is_packed"), [("gzip, br", True), ("br", False), ("gzip;q=0", False), ("", False)]
)
def test_it_goes_out_packed_to_whom_takes_that(console: Console, accepts: str, is_packed: bool) -> None:
    answer = console.answer("", {"accept-encoding": accepts})
    assert ("Content-Encoding" in answer.all_headers) == is_packed
    assert (gzip.decompress(answer.body) if is_packed else answer.body) == console.answer("", {}).body
    assert answer.all_headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["nothing", "../serve.py", "assets/../../serve.py", "assets", "%2e%2e/files.py", "index.html/x"]
)
def test_nothing_else_is_there(console: Console, path: str) -> None:
    assert console.answer(path, {}).status == 404


@pytest.mark.parametrize("path", ["", "nothing", "sign-in.json", "icon.svg"])
def test_the_page_may_run_its_own_script_and_ask_this_app_and_no_more(console: Console, path: str) -> None:
    rules = console.answer(path, {}).all_headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "connect-src 'self';" in rules
    assert "unsafe" not in rules
    assert "frame-ancestors 'none'" in rules


def test_the_page_holds_nothing_that_these_rules_forbid(console: Console) -> None:
    page = console.answer("", {}).body.decode()
    assert re.findall(r"<script(?![^>]*src=)|<style|\son\w+=|style=", page) == []


def test_no_file_names_another_host() -> None:
    texts = {name: file.content.decode() for name, file in read().items() if "entra" not in name}
    allowed = {"www.w3.org"}
    found = {host for text in texts.values() for host in re.findall(r"https?://([\w.-]+)", text)}
    assert found <= allowed


def test_all_of_it_is_below_150_kb_packed() -> None:
    assert 20 * KB < sum(len(file.packed) for file in read().values()) < 150 * KB


def test_where_people_sign_in_with_entra_the_page_may_ask_their_login() -> None:
    console = Console(read(), EntraAccess(tenant=TENANT, audiences=frozenset({"api://poolkeeper", CLIENT})))
    told = msgspec.json.decode(console.answer("sign-in.json", {}).body)
    assert told == {"entra": {"authority": f"https://login.microsoftonline.com/{TENANT}", "client": CLIENT}}
    assert "connect-src 'self' https://login.microsoftonline.com;" in console.rules


@pytest.mark.parametrize(
    "entra",
    [EntraAccess(), EntraAccess(tenant=TENANT), EntraAccess(tenant=TENANT, audiences=frozenset({"api://x"}))],
)
def test_elsewhere_a_key_is_asked_for(entra: EntraAccess) -> None:
    assert Console(read(), entra).answer("sign-in.json", {}).body == b'{"entra":null}'


def test_a_package_into_which_it_was_not_built_says_so(tmp_path: Path) -> None:
    answer = Console(read(tmp_path), EntraAccess()).answer("", {})
    assert (answer.status, b"make setup" in answer.body) == (503, True)
