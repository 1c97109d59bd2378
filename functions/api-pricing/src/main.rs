//! `/v1/venues/{venue_id}/price-books*`, `/v1/venues/{venue_id}/prices/*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_pricing::routes)
}
