"""A short tour in curl commands that work when pasted, in this order."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from demo import TIME_ZONE, Demo
from settings import Settings

# Each answer on a line of its own.
_SHOW = "curl -sw '\\n'"
_READ = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"data\"]{path})'"
_MAILS = (
    "python3 -c 'import json,sys; sent=sum(json.load(sys.stdin)[\"messages\"].values(), []); "
    "[print(mail[\"To\"], mail[\"Subject\"]) for mail in sent[-3:]]'"
)


def tour(settings: Settings, demo: Demo) -> str:
    """The tour, with this platform's addresses and accounts filled in."""
    day = (datetime.now(ZoneInfo(TIME_ZONE)) + timedelta(days=6)).date().isoformat()
    query = f"venue_id={demo.venue_id}&date={day}&sport={demo.sport}&duration_minutes=60"
    wish = (
        "python3 -c 'import json,sys; c=json.load(sys.stdin)[\"data\"][\"courts\"][0]; "
        f'print(json.dumps({{"venue_id":"{demo.venue_id}","court_id":c["court_id"],'
        '"starts_at":c["slots"][0]["starts_at"],"duration_minutes":60}))\''
    )
    return f"""
── Tour ─────────────────────────────────────────────────────────────────────────────────────────────
API       {settings.base_url}        documentation  {settings.base_url}/docs
Provider  {settings.provider_url}        mail           {settings.mail_url}

# 1. A member logs in and looks for a court.
API={settings.base_url}
{_login("MEMBER", demo.member_email, demo)}
{_SHOW} "$API/v1/availability?{query}" -H "authorization: Bearer $MEMBER"

# 2. They book the first free slot: it is held, and a checkout link comes back.
WISH=$(curl -s "$API/v1/availability?{query}" -H "authorization: Bearer $MEMBER" | {wish})
BOOKED=$(curl -s $API/v1/bookings -H "authorization: Bearer $MEMBER" -H 'content-type: application/json' -d "$WISH")
echo "$BOOKED"
BOOKING=$(echo "$BOOKED" | {_READ.format(path='["booking"]["id"]')})
CHECKOUT=$(echo "$BOOKED" | {_READ.format(path='["checkout"]["url"]')})

# 3. Somebody else wants the same slot: 409 SLOT_TAKEN.
{_login("OTHER", demo.second_email, demo)}
{_SHOW} $API/v1/bookings -H "authorization: Bearer $OTHER" -H 'content-type: application/json' -d "$WISH"

# 4. They pay. To do it by hand, open $CHECKOUT in a browser. Soon the booking is confirmed, and mail is there.
{_SHOW} -X POST $CHECKOUT/pay -H 'accept: application/json'; sleep 2
{_SHOW} $API/v1/bookings/$BOOKING -H "authorization: Bearer $MEMBER"
curl -s {settings.mail_url} | {_MAILS}

# 5. They cancel: the money goes back, and the ledger shows it.
{_SHOW} -X POST $API/v1/bookings/$BOOKING/cancel -H "authorization: Bearer $MEMBER"; sleep 2
{_login("OWNER", demo.owner_email, demo)}
{_SHOW} $API/v1/ledger/accounts -H "authorization: Bearer $OWNER"
{_SHOW} "$API/v1/ledger/transactions?limit=2" -H "authorization: Bearer $OWNER"
─────────────────────────────────────────────────────────────────────────────────────────────────────
"""


def _login(variable: str, email: str, demo: Demo) -> str:
    body = f'{{"email":"{email}","password":"{demo.password}","club":"{demo.slug}"}}'
    request = f"curl -s $API/v1/auth/login -H 'content-type: application/json' -d '{body}'"
    read = _READ.format(path='["access_token"]')
    return f"{variable}=$({request} | {read})"
