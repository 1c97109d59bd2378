use kernel::PaymentId;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

fn provider(base_url: &str) -> MercadoPago {
    let credentials = Credentials {
        access_token: "secret-token".to_owned(),
        webhook_secret: "secret".to_owned(),
        collector_id: "1".to_owned(),
    };
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    MercadoPago::connect(&http, base_url, Some(credentials)).unwrap()
}

/// What a search brings where the provider answers these bytes, and closes.
async fn answered(bytes: &'static str) -> Result<Vec<ProviderPaymentId>, ProviderFailure> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/", listener.local_addr().unwrap());
    let answer = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let read = stream.read(&mut [0; 4_096]).await.unwrap();
        assert!(read > 0);
        stream.write_all(bytes.as_bytes()).await.unwrap();
    };
    let provider = provider(&base_url);
    let (found, ()) = futures::future::join(provider.payments_for(PaymentId::new()), answer).await;
    found
}

#[tokio::test]
async fn without_a_connection_nothing_happened() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = provider(&base_url).payments_for(PaymentId::new()).await.unwrap_err();
    assert!(matches!(&failure, ProviderFailure::Unreached(_)), "{failure}");
    assert_eq!(Error::from(failure).code(), "PROVIDER_UNREACHED");
}

#[tokio::test]
async fn a_request_without_a_readable_answer_is_unknown() {
    for bytes in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 302 Away\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n",
    ] {
        let failure = answered(bytes).await.unwrap_err();
        assert!(matches!(&failure, ProviderFailure::Unknown(_)), "{bytes:?}: {failure}");
        assert_eq!(Error::from(failure).code(), "PROVIDER_OUTCOME_UNKNOWN");
    }
}

#[tokio::test]
async fn a_refusal_says_its_word_and_too_many_calls_may_come_again() {
    let refused = "HTTP/1.1 401 No\r\nconnection: close\r\n\r\n{\"error\":\"unauthorized token\"}";
    let failure = answered(refused).await.unwrap_err();
    let expected = ProviderFailure::Refused { status: 401, code: "unauthorizedtoken".to_owned() };
    assert_eq!(failure, expected);
    let busy = answered("HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n").await.unwrap_err();
    assert!(matches!(busy, ProviderFailure::Unreached(_)));
}

#[test]
fn credentials_do_not_show_in_debug_output() {
    let shown = format!("{:?}", provider("http://x"));
    assert!(!shown.contains("secret"), "{shown}");
}
