//! Where a provider sends people back to.

use std::net::{Ipv4Addr, Ipv6Addr};

use kernel::{TextError, text_value};
use openidconnect::{
    RedirectUrl,
    url::{Host, Url},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An address of the club's own app: HTTPS, the loopback, or a scheme of the app's own, which has a dot
/// (RFC 8252 7). Compared character by character (RFC 9700 2.1), without a fragment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, max_length = 2000)]
pub struct RedirectUri(String);

text_value! { RedirectUri(parse); }

fn parse(text: &str) -> Result<String, TextError> {
    const WRONG: TextError = TextError(
        "must be an address of the club's app: https://, http://127.0.0.1, or a scheme such as org.example.app:",
    );
    let url = Url::parse(text).map_err(|_| WRONG)?;
    let claimed = url.scheme() == "https" && matches!(url.host(), Some(Host::Domain(_)));
    let loopback = url.scheme() == "http"
        && (url.host() == Some(Host::Ipv4(Ipv4Addr::LOCALHOST))
            || url.host() == Some(Host::Ipv6(Ipv6Addr::LOCALHOST)));
    let private_use = url.scheme().contains('.');
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let printable = text.len() <= 2000 && text.bytes().all(|b| b.is_ascii_graphic());
    let fits = bare && printable && (claimed || loopback || private_use);
    fits.then(|| text.to_owned()).ok_or(WRONG)
}

impl RedirectUri {
    pub(super) fn url(&self) -> kernel::Result<RedirectUrl> {
        RedirectUrl::new(self.0.clone()).map_err(|cause| {
            kernel::Error::internal("a kept redirect is no address").with_source(cause)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_that_an_app_can_own_are_redirected_to() {
        for good in [
            "https://app.example.org/signed-in",
            "https://app.example.org/signed-in?from=sso",
            "http://127.0.0.1:3000/back",
            "http://[::1]/back",
            "org.example.club:/back",
        ] {
            assert!(good.parse::<RedirectUri>().is_ok(), "{good}");
        }
        for wrong in [
            "",
            "/back",
            "http://app.example.org/back",
            "http://localhost/back",
            "https://app.example.org/back#x",
            "https://ana@app.example.org/back",
            "https://10.0.0.1/back",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp:/back",
        ] {
            assert!(wrong.parse::<RedirectUri>().is_err(), "{wrong}");
        }
    }
}
