//! The API's description, for people: one page that needs no other host.

use std::sync::LazyLock;

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::document::{Document, sha256};

const SCRIPT: &str = concat!(
    include_str!("../page/script.js"),
    include_str!("../page/invitation.js"),
    include_str!("../page/account.js"),
);
const STYLE: &str = include_str!("../page/style.css");

static PAGE: LazyLock<Document> = LazyLock::new(|| {
    let page = include_str!("../page/index.html");
    let page = page.replacen("/* style.css */", STYLE, 1).replacen("/* script.js */", SCRIPT, 1);
    Document::new("text/html; charset=utf-8", page)
});

/// The page runs its own script and reads its own API; nothing else gets in, whatever a text in the
/// description says.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        sha256(SCRIPT),
        sha256(STYLE)
    )
});

/// The API's documentation.
///
/// This page: every operation with its parameters, bodies, examples and error codes.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "about",
    responses(
        (status = 200, description = "A page of HTML.", content_type = "text/html", body = String),
        (status = 304, description = "What `If-None-Match` names is still this page."),
    )
)]
pub(crate) async fn page(asked: HeaderMap) -> Response {
    let mut response = PAGE.answer(&asked);
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_its_script_and_style_and_names_no_other_host() {
        assert!(PAGE.text.contains(&format!("<script>{SCRIPT}</script>")));
        assert!(PAGE.text.contains(&format!("<style>{STYLE}</style>")));
        assert!(!PAGE.text.contains("src=\"http") && !PAGE.text.contains("href=\"http"));
        assert!(POLICY.contains("script-src 'sha256-") && !POLICY.contains("unsafe"));
    }

    #[test]
    fn the_script_ends_where_its_element_ends() {
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style"));
    }
}
