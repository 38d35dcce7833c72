"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is true. Pure; the library checks signatures.

A passkey belongs to a host name. Browsers make them over TLS and at ``localhost`` alone, never at a bare address.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from juru.web.factors import Factor, Passkey
from juru.web.places import Place

CHALLENGE_BYTES = 32
HANDLE_BYTES = 32

_UNTRUE = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the library raises for an answer that no browser gives: its own errors, and those of what is not there."""


class Site(msgspec.Struct, frozen=True):
    """Where passkeys are made and used: the host name they belong to, and the origin of its pages."""

    name: str
    origin: str


class Answer(msgspec.Struct, frozen=True):
    """What identifies the passkey of a browser's answer, before anything of it is believed."""

    credential: bytes
    handle: bytes


def site_of(place: Place, host: str) -> Site | None:
    """The site of a page; None where browsers have no passkeys."""
    name = urlsplit(f"//{host}").hostname
    if place.secure and name:
        return Site(name, f"https://{host}")
    return Site("localhost", f"http://{host}") if place.local and name == "localhost" else None


def ask_to_make(
    site: Site, *, challenge: bytes, handle: bytes, login: str, name: str, brand: str, known: Iterable[Factor]
) -> str:
    """The options (JSON) for making one; a device that holds one of ``known`` is not asked again."""
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=brand,
        user_id=handle,
        user_name=login,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_listed(site, known),
    )
    return webauthn.options_to_json(options)


def made(site: Site, challenge: bytes, answer: bytes) -> Passkey | None:
    """The passkey that a browser made; None when its answer is not true."""
    try:
        found = webauthn.verify_registration_response(
            credential=answer.decode(),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
        )
    except _UNTRUE:
        return None
    return Passkey(site.name, found.credential_id, found.credential_public_key, found.sign_count)


def ask_to_use(site: Site, challenge: bytes, known: Iterable[Factor] | None) -> str:
    """The options (JSON) for using one of ``known``; None lets the browser offer those it has, by which one logs in."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        allow_credentials=None if known is None else _listed(site, known),
        user_verification=UserVerificationRequirement.REQUIRED
        if known is None
        else UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def named_in(answer: bytes) -> Answer | None:
    """Which passkey an answer is of; None for one that cannot be read."""
    try:
        read = webauthn.helpers.parse_authentication_credential_json(answer.decode())
    except _UNTRUE:
        return None
    return Answer(read.raw_id, read.response.user_handle or b"")


def used(site: Site, challenge: bytes, answer: bytes, passkey: Passkey, *, alone: bool) -> int | None:
    """The passkey's counter after a true answer, None otherwise. ``alone`` must have asked for a finger or a PIN."""
    if passkey.site != site.name:
        return None
    try:
        found = webauthn.verify_authentication_response(
            credential=answer.decode(),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=alone,
        )
    except _UNTRUE:
        return None
    return found.new_sign_count


def _listed(site: Site, known: Iterable[Factor]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=one.passkey.credential)
        for one in known
        if one.passkey is not None and one.passkey.site == site.name
    ]
