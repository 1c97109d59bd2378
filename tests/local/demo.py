"""The demo club, made through the public API like any other: nothing is written behind its back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from client import Answer, Client, mails, until
from local_platform import LocalPlatform

PASSWORD = "local-racket-password"
TIME_ZONE = "America/Argentina/Buenos_Aires"
_CURRENCY = "ARS"
_WORKERS = 4
_WEEK = {
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), [{"opens": "08:00", "closes": "23:00"}]),
    **dict.fromkeys(("saturday", "sunday"), [{"opens": "09:00", "closes": "21:00"}]),
}
_NAMES = (
    "Ana Ferreyra", "Bruno Molina", "Carla Rossi", "Diego Paz", "Elena Vidal", "Facundo Ríos", "Gabriela Luna",
    "Hernán Sosa", "Inés Correa", "Julián Vera", "Karina Blanco", "Lautaro Gómez", "Micaela Torres", "Nicolás Ibarra",
    "Olivia Campos", "Pablo Medina", "Rocío Navarro", "Santiago Duarte", "Tamara Quiroga", "Valentín Acosta",
)  # fmt: skip
_GRASS = "artificial_grass"
_VENUES = {
    "Costanera": [
        ("Padel 1", "padel", _GRASS, False, 60),
        ("Padel 2", "padel", _GRASS, True, 60),
        ("Tennis 1", "tennis", "clay", False, 60),
    ],
    "Palermo": [
        ("Padel 1", "padel", _GRASS, True, 60),
        ("Padel 2", "padel", _GRASS, True, 90),
        ("Football 5", "football", _GRASS, False, 60),
    ],
}


@dataclass(frozen=True)
class Seller:
    """A club's account at the payment provider."""

    collector_id: str
    access_token: str
    webhook_secret: str


@dataclass(frozen=True)
class Demo:
    """What the tour and other programs need to know of the demo club."""

    club_id: str
    slug: str
    owner_email: str
    member_email: str
    second_email: str
    password: str
    venue_id: str
    sport: str


@dataclass(frozen=True)
class Court:
    """Where a booking can be made."""

    venue_id: str
    court_id: str
    name: str
    sport: str
    minutes: int


def seed(platform: LocalPlatform) -> Demo:
    """Onboards the club, opens its venues, registers members, and books."""
    slug, owner_email = "demo", "owner@demo.clubpulse.example"
    seller = Seller("110000001", "LOCAL-demo-access-token", "local-demo-webhook-secret")
    club_id = onboard(platform, "Demo Padel Club", slug, owner_email, seller)
    accept_invitation(platform, slug, owner_email, "Olga Owner")
    owner = platform.login(owner_email, PASSWORD, slug)
    courts = [court for name, layout in _VENUES.items() for court in _open_venue(owner, name, layout)]
    emails = [f"{name.split()[0].lower()}@demo.clubpulse.example" for name in map(_plain, _NAMES)]
    with ThreadPoolExecutor(_WORKERS) as pool:
        members = list(pool.map(lambda who: _member(platform, slug, *who), zip(emails, _NAMES)))
        list(pool.map(lambda turn: _book(platform, courts, members, turn), range(len(members) + 4)))
    return Demo(club_id, slug, owner_email, emails[0], emails[1], PASSWORD, courts[0].venue_id, courts[0].sport)


def onboard(platform: LocalPlatform, name: str, slug: str, owner_email: str, seller: Seller, **more: Any) -> str:
    """Starts the onboarding as the operator and waits for its end; the club's id. `more` changes the request."""
    platform.provider.put(
        f"/_control/sellers/{seller.collector_id}",
        {"access_token": seller.access_token, "webhook_secret": seller.webhook_secret},
    ).expect(200, 201, 204)
    operator = platform.operator()
    wanted = {**onboarding_request(name, slug, owner_email, seller), **more}
    started = operator.post("/v1/admin/clubs", wanted).expect(202).data

    def over() -> dict[str, Any] | None:
        progress = operator.get(f"/v1/admin/onboardings/{started['onboarding_id']}").expect(200).data
        return progress if progress["status"] != "running" else None

    ended = until(over, f"the onboarding of {slug} ends")
    if ended["status"] != "succeeded":
        raise AssertionError(f"the onboarding of {slug} failed: {ended['steps']}")
    return started["club_id"]


def onboarding_request(name: str, slug: str, owner_email: str, seller: Seller) -> dict[str, Any]:
    """What an operator sends to onboard a club."""
    return {
        "name": name,
        "slug": slug,
        "time_zone": TIME_ZONE,
        "currency": _CURRENCY,
        "owner": {"email": owner_email, "name": "Olga Owner"},
        "payment_provider": {
            "access_token": seller.access_token,
            "webhook_secret": seller.webhook_secret,
            "collector_id": seller.collector_id,
        },
    }


def accept_invitation(platform: LocalPlatform, slug: str, email: str, name: str) -> None:
    """Registers the owner with the token from the invitation's mail."""
    mail = until(lambda: mails(platform.settings.mail_url, email, "invitation"), f"an invitation for {email}")[-1]
    found = re.search(r"invitation=([\w.~-]+)", mail["BodyText"] + mail["BodyHtml"])
    if not found:
        raise AssertionError(f"no invitation token in the mail: {mail['BodyText']}")
    register(platform, slug, email, name, invitation=found.group(1))


def register(platform: LocalPlatform, slug: str, email: str, name: str, **more: str) -> Answer:
    """Registers somebody in a club."""
    wanted = {"club": slug, "email": email, "password": PASSWORD, "name": name, **more}
    return platform.api.post("/v1/auth/register", wanted).expect(201)


def pay(provider: Client, checkout_url: str, action: str = "pay") -> dict[str, Any]:
    """Presses the button Pay (or Decline) of the provider's checkout page."""
    return provider.post(f"{checkout_url}/{action}").expect(200, 201).body


def free_slots(member: Client, court: Court, date: str) -> list[dict[str, Any]]:
    """The free slots of one court on one local day."""
    query = f"venue_id={court.venue_id}&date={date}&sport={court.sport}&duration_minutes={court.minutes}"
    venue = member.get(f"/v1/availability?{query}").expect(200).data
    return next((each["slots"] for each in venue["courts"] if each["court_id"] == court.court_id), [])


def hold(member: Client, court: Court, starts_at: str) -> Answer:
    """Books a slot, which holds it until it is paid."""
    wanted = {
        "venue_id": court.venue_id,
        "court_id": court.court_id,
        "starts_at": starts_at,
        "duration_minutes": court.minutes,
    }
    return member.post("/v1/bookings", wanted)


def settled(member: Client, booking_id: str, status: str) -> dict[str, Any]:
    """Waits until a booking has a status."""

    def look() -> dict[str, Any] | None:
        booking = member.get(f"/v1/bookings/{booking_id}").expect(200).data
        return booking if booking["status"] == status else None

    return until(look, f"booking {booking_id} is {status}")


def _open_venue(owner: Client, name: str, layout: list[tuple[str, str, str, bool, int]]) -> list[Court]:
    wanted = {"name": name, "time_zone": TIME_ZONE, "opening_hours": _WEEK, "start_every_minutes": 30}
    venue_id = owner.post("/v1/venues", wanted).expect(201).data["id"]
    courts = []
    for title, sport, surface, indoor, minutes in layout:
        described = {
            "name": title,
            "sport": sport,
            "surface": surface,
            "indoor": indoor,
            "durations_minutes": [60, 90],
            "price_per_hour": {"amount": 1_200_000 if indoor else 900_000, "currency": _CURRENCY},
        }
        made = owner.post(f"/v1/venues/{venue_id}/courts", described).expect(201).data
        courts.append(Court(venue_id, made["id"], title, sport, minutes))
    return courts


def _member(platform: LocalPlatform, slug: str, email: str, name: str) -> Client:
    register(platform, slug, email, name)
    return platform.login(email, PASSWORD, slug)


def _book(platform: LocalPlatform, courts: list[Court], members: list[Client], turn: int) -> None:
    """One booking of the week: most are paid, every fifth stays held, every sixth is cancelled after all."""
    member, court = members[turn % len(members)], courts[turn % len(courts)]
    day = (datetime.now(ZoneInfo(TIME_ZONE)) + timedelta(days=1 + turn % 6)).date().isoformat()
    slots = free_slots(member, court, day)
    if not slots:
        return
    # Spread over the day, and over courts by the turn, so that no two turns want the same slot.
    slot = slots[(turn * 5) % len(slots)]
    booked = hold(member, court, slot["starts_at"][:16]).expect(201, 409)
    if booked.status == 409 or turn % 5 == 4:
        return
    booking_id = booked.data["booking"]["id"]
    pay(platform.provider, booked.data["checkout"]["url"])
    settled(member, booking_id, "confirmed")
    if turn % 6 == 5:
        member.post(f"/v1/bookings/{booking_id}/cancel").expect(200)


def _plain(name: str) -> str:
    return name.translate(str.maketrans("áéíóú", "aeiou"))
