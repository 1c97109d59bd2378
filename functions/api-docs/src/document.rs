//! Texts that come with the function: whoever has one already is told so.

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A deployment is seen everywhere after five minutes.
const CACHE_CONTROL: &str = "public, max-age=300";

/// A text that does not change while the process lives.
pub(crate) struct Document {
    content_type: &'static str,
    pub(crate) text: String,
    etag: String,
}

impl Document {
    pub(crate) fn new(content_type: &'static str, text: String) -> Self {
        // Weak, because the same text also travels compressed (RFC 9110 8.8.3.3).
        let etag = format!("W/\"{}\"", sha256(&text));
        Self { content_type, text, etag }
    }

    /// 304 to whoever has this text, else the text.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response {
        let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let is_known = known.is_some_and(|known| {
            known.split(',').map(str::trim).any(|tag| tag == self.etag || tag == "*")
        });
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let content_type = HeaderValue::from_static(self.content_type);
            ([(header::CONTENT_TYPE, content_type)], self.text.clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}

/// Base64, as a content security policy names a script by its digest.
pub(crate) fn sha256(text: &str) -> String {
    STANDARD.encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_the_text_is_not_sent_it_again() {
        let document = Document::new("text/plain", "hello".to_owned());
        let first = document.answer(&HeaderMap::new());
        assert_eq!(first.status(), StatusCode::OK);
        let etag = first.headers()[header::ETAG].clone();
        let check = |known: &str, expected| {
            let asked = HeaderMap::from_iter([(header::IF_NONE_MATCH, known.parse().unwrap())]);
            assert_eq!(document.answer(&asked).status(), expected, "{known}");
        };
        check(etag.to_str().unwrap(), StatusCode::NOT_MODIFIED);
        check(&format!("\"older\", {}", etag.to_str().unwrap()), StatusCode::NOT_MODIFIED);
        check("*", StatusCode::NOT_MODIFIED);
        check("\"older\"", StatusCode::OK);
    }
}
