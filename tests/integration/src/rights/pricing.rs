//! Price books.

use std::collections::BTreeMap;

use kernel::PriceBookId;
use serde_json::json;

use super::{Cases, Sees, Things, case, foreign};

pub(super) fn cases(Things { venue, court, .. }: &Things) -> Cases {
    let books = format!("/v1/venues/{venue}/price-books");
    let book = format!("{books}/{}", PriceBookId::new());
    let prices = format!("/v1/venues/{venue}/prices");
    let new = json!({
        "name": "Ours", "starts_on": "2026-12-01",
        "categories": [{
            "name": "All", "price": { "per_hour": { "amount": 100, "currency": "ARS" } },
        }],
    });
    let question =
        json!({ "court_id": court, "starts_at": "2026-11-21T10:00", "duration_minutes": 60 });
    let preview = format!("{prices}/preview?court_id={court}&week=2026-11-23&duration_minutes=60");
    BTreeMap::from([
        ("POST /v1/venues/{venue_id}/price-books", case(books.clone(), new, Sees::NotFound)),
        ("GET /v1/venues/{venue_id}/price-books", foreign(books)),
        ("GET /v1/venues/{venue_id}/price-books/{price_book_id}", foreign(book.clone())),
        (
            "PATCH /v1/venues/{venue_id}/price-books/{price_book_id}",
            case(book.clone(), json!({ "name": "Ours now" }), Sees::NotFound),
        ),
        ("DELETE /v1/venues/{venue_id}/price-books/{price_book_id}", foreign(book.clone())),
        (
            "POST /v1/venues/{venue_id}/price-books/{price_book_id}/publish",
            foreign(format!("{book}/publish")),
        ),
        (
            "POST /v1/venues/{venue_id}/price-books/{price_book_id}/withdraw",
            foreign(format!("{book}/withdraw")),
        ),
        ("GET /v1/venues/{venue_id}/prices/preview", foreign(preview)),
        (
            "POST /v1/venues/{venue_id}/prices/quote",
            case(format!("{prices}/quote"), question, Sees::NotFound),
        ),
    ])
}
