"""What is logged: one line each, from libraries too, and never what stands behind a secret's name."""

from __future__ import annotations

import json
import logging

import pytest

from juru.server.dialects.contract import Credentials
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.errors import SettingsError
from juru.server.telemetry import configure, logger, scrubbed
from juru.values.wire import WireRequest

SECRET = "s3cr3t-V4lue"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /trx?memberID=A&pin={SECRET}&dest=0812",
        f"https://example.test/trx?PASSWORD={SECRET}",
        f"pin%3D{SECRET}",
        f'{{"password": "{SECRET}", "x": 1}}',
        f"{{'api_key': '{SECRET}'}}",
        f"api-key: {SECRET}",
        f"sign={SECRET}",
        f"signature: {SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"authorization='Bearer {SECRET}'",
        f"('pin', '{SECRET}')",
        f"(b'authorization', b'Bearer {SECRET}')",
        f"new_pin='{SECRET}'",
        f'b\'{{"pin":"{SECRET}"}}\'',
        f"token = {SECRET}",
        f"<fm><command>TOPUP</command><pin>{SECRET}</pin></fm>",
        repr(Credentials("A", pin=SECRET, password=SECRET, api_key=SECRET)),
        repr(AgentRequest(Intent.CHANGE_PIN, pin=SECRET, new_pin=SECRET)),
        repr(WireRequest("GET", "/trx", (("pin", SECRET), ("dest", "0812")), (("Authorization", f"Basic {SECRET}"),))),
    ],
)
def test_what_stands_behind_a_secrets_name_is_masked(text: str) -> None:
    assert SECRET not in scrubbed(text), scrubbed(text)
    assert "***" in scrubbed(text)


@pytest.mark.parametrize("text", ["shipping=yes", "opinion: good", "order 17 failed", "a design = b", "pinned 3"])
def test_other_words_are_left_alone(text: str) -> None:
    assert scrubbed(text) == text


def lines(capture: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capture.readouterr().err.splitlines()]


def test_a_line_is_json_with_its_level_time_and_room(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    logger("app").info("serving", url="http://x", pin=SECRET, facts={"password": SECRET}, count=3, none=None)
    (line,) = lines(capsys)
    assert line["event"] == "serving"
    assert (line["level"], line["room"], line["count"], line["none"]) == ("info", "app", 3, None)
    assert str(line["timestamp"]).endswith("Z")
    assert line["pin"] == "***"
    assert SECRET not in json.dumps(line)


def _fail() -> None:
    request = f"/trx?pin={SECRET}"
    raise ValueError(f"cannot send {request}")


def test_an_exception_is_told_with_its_place_and_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    try:
        _fail()
    except ValueError as error:
        logger("app").error("incident", incident="i1", exc_info=error)
        logging.getLogger("some.library").exception("it broke with token=%s", SECRET)
    ours, theirs = lines(capsys)
    for line in (ours, theirs):
        assert "in _fail" in str(line["exception"])
        assert SECRET not in json.dumps(line)
    assert (theirs["level"], theirs["room"]) == ("error", "some.library")
    assert theirs["event"] == "it broke with token=***"


def test_levels_below_the_wanted_one_are_silent_and_libraries_speak_from_warnings_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("warning")
    logger("app").info("unheard")
    logger("app").warning("heard")
    configure("info")
    logging.getLogger("some.library").info("unheard")
    logging.getLogger("some.library").warning("heard")
    assert [line["event"] for line in lines(capsys)] == ["heard", "heard"]


def test_a_person_may_read_it_without_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure(form="console")
    logger("app").info("serving", port=8000, token=SECRET)
    text = capsys.readouterr().err
    assert "serving" in text
    assert "port=8000" in text
    assert SECRET not in text
    configure()


@pytest.mark.parametrize(("level", "form"), [("loud", "json"), ("info", "xml")])
def test_a_level_or_form_that_there_is_not_is_refused(level: str, form: str) -> None:
    with pytest.raises(SettingsError, match="one of"):
        configure(level, form)
