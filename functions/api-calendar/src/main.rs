//! `/v1/calendar*`, `/v1/ical*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_calendar::routes)
}
