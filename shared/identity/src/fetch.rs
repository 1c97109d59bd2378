//! Calls to servers that a club has named: only where they may go, and never more than a little read.

use std::net::Ipv4Addr;

use openidconnect::{
    HttpRequest, HttpResponse,
    url::{Host, Url},
};
use reqwest::{Client, Response};

/// The largest answer read. Discovery documents and key sets have a few kilobytes.
const ANSWER_LIMIT_BYTES: usize = 256 * 1024;
/// Names that mean a machine's own network (RFC 6761, RFC 6762, the reserved `internal`).
const PRIVATE_NAMES: [&str; 4] = [".local", ".localhost", ".internal", ".home.arpa"];

/// Where a club may send us.
///
/// An address literal or an internal name would let a club probe our network. A public name that resolves
/// to a private address gets no further than TLS: nothing there has a certificate for that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// HTTPS servers with a public name.
    Internet,
    /// Those, and plain HTTP on this machine's loopback: stand-ins.
    Loopback,
}

impl Reach {
    /// Of a deployment's stage: only `local` and `test` reach the loopback.
    pub fn of_stage(stage: &str) -> Self {
        if matches!(stage, "local" | "test") { Self::Loopback } else { Self::Internet }
    }

    /// Whether this address may be called.
    pub(crate) fn admits(self, url: &Url) -> bool {
        let bare = url.username().is_empty() && url.password().is_none();
        let named = url.scheme() == "https"
            && url.port().is_none()
            && matches!(url.host(), Some(Host::Domain(name)) if is_public(name));
        let loopback = self == Self::Loopback
            && url.scheme() == "http"
            && url.host() == Some(Host::Ipv4(Ipv4Addr::LOCALHOST));
        bare && (named || loopback)
    }
}

fn is_public(name: &str) -> bool {
    let private = PRIVATE_NAMES.iter().any(|ending| name.ends_with(ending));
    name.contains('.') && !name.ends_with('.') && !private
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// It may not be asked for.
    #[error("an address that must not be called")]
    Forbidden,
    /// There is too much of it.
    #[error("an answer of more than {ANSWER_LIMIT_BYTES} bytes")]
    TooLarge,
    /// Nobody answered in time.
    #[error("no answer")]
    NoAnswer(#[from] reqwest::Error),
}

/// One call; the client follows no redirects and has its own deadline.
pub(crate) async fn fetch(
    client: Client,
    reach: Reach,
    request: HttpRequest,
) -> Result<HttpResponse, FetchError> {
    let request = reqwest::Request::try_from(request)?;
    if !reach.admits(request.url()) {
        return Err(FetchError::Forbidden);
    }
    let mut response = client.execute(request).await?;
    let body = read(&mut response).await?;
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}

/// The body, up to the limit.
pub(crate) async fn read(response: &mut Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_LIMIT_BYTES {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(reach: Reach, text: &str) -> bool {
        reach.admits(&Url::parse(text).unwrap())
    }

    #[test]
    fn only_public_names_over_https_are_reached() {
        for good in ["https://accounts.google.com", "https://id.example.org:443/realms/club"] {
            assert!(admits(Reach::Internet, good), "{good}");
        }
        for wrong in [
            "http://accounts.google.com",
            "https://accounts.google.com:8443",
            "https://user@accounts.google.com",
            "https://user:word@accounts.google.com",
            "https://127.0.0.1",
            "https://2130706433",
            "https://0x7f.1",
            "https://169.254.169.254/latest",
            "https://[::1]",
            "https://localhost",
            "https://intranet",
            "https://printer.local",
            "https://vault.internal",
            "https://example.org.",
            "http://127.0.0.1:8080",
            "file:///etc/passwd",
        ] {
            assert!(!admits(Reach::Internet, wrong), "{wrong}");
        }
    }

    #[test]
    fn stand_ins_are_reached_in_tests_alone() {
        assert_eq!(Reach::of_stage("test"), Reach::Loopback);
        assert_eq!(Reach::of_stage("local"), Reach::Loopback);
        assert_eq!(Reach::of_stage("prod"), Reach::Internet);
        assert!(admits(Reach::Loopback, "http://127.0.0.1:8080/x"));
        for wrong in ["http://127.0.0.2", "http://10.0.0.1", "http://localhost:1", "http://[::1]"] {
            assert!(!admits(Reach::Loopback, wrong), "{wrong}");
        }
    }
}
