//! TXT records, asked for over HTTPS: the JSON form that Cloudflare and Google publish
//! (<https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/>). A
//! function has no resolver of its own that it could trust more.

use kernel::{Error, Result};
use reqwest::{Client, header::ACCEPT};
use serde::Deserialize;

use crate::fetch;

/// The type of TXT records (RFC 1035 3.2.2).
const TXT: u16 = 16;
const NO_ERROR: u16 = 0;
const NO_SUCH_NAME: u16 = 3;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Lookup {
    status: u16,
    #[serde(default)]
    answer: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "type")]
    kind: u16,
    data: String,
}

/// The TXT records of a name, as the resolver at `url` knows them; none where the name is not there.
/// Where it does not answer as it should: `unavailable`, `DNS_UNAVAILABLE`.
pub async fn texts(http: &Client, url: &str, name: &str) -> Result<Vec<String>> {
    let request = http.get(url).query(&[("name", name), ("type", "TXT")]);
    let sent = request.header(ACCEPT, "application/dns-json").send().await;
    let mut response = sent.map_err(|cause| unavailable().with_source(cause))?;
    if !response.status().is_success() {
        return Err(unavailable());
    }
    let body = fetch::read(&mut response).await;
    let body = body.map_err(|cause| unavailable().with_source(cause))?;
    let found: Lookup =
        serde_json::from_slice(&body).map_err(|cause| unavailable().with_source(cause))?;
    match found.status {
        NO_ERROR => {
            let records = found.answer.iter().filter(|record| record.kind == TXT);
            Ok(records.map(|record| unquoted(&record.data)).collect())
        }
        NO_SUCH_NAME => Ok(Vec::new()),
        _ => Err(unavailable()),
    }
}

/// A record's text: one or more quoted strings that belong together, or the bare text.
fn unquoted(data: &str) -> String {
    let data = data.trim();
    if !data.starts_with('"') {
        return data.to_owned();
    }
    let (mut text, mut inside, mut escaped) = (String::new(), false, false);
    for character in data.chars() {
        match character {
            _ if escaped => {
                text.push(character);
                escaped = false;
            }
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ if inside => text.push(character),
            _ => {}
        }
    }
    text
}

fn unavailable() -> Error {
    Error::unavailable("DNS_UNAVAILABLE", "the domain's records cannot be looked up now; try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_text_however_it_is_quoted() {
        assert_eq!(unquoted("clubpulse-verification=abc"), "clubpulse-verification=abc");
        assert_eq!(unquoted("\"clubpulse-verification=abc\""), "clubpulse-verification=abc");
        assert_eq!(unquoted("\"clubpulse-\" \"verification=abc\""), "clubpulse-verification=abc");
        assert_eq!(unquoted(r#""a \"quoted\" \\ word""#), r#"a "quoted" \ word"#);
    }
}
