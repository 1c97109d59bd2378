//! What the API says of itself: `api-docs`.

use testkit::TestApp;

async fn docs(variables: &[(&str, &str)]) -> TestApp {
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    TestApp::start(vec![api_docs::routes()], now, variables).await
}

#[tokio::test]
async fn the_description_is_bare_and_asked_for_once() {
    let test = docs(&[]).await;
    let first = test.call("GET", "/openapi.json").send().await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    assert!(first.body["openapi"].as_str().unwrap().starts_with("3.1"));
    let etag = first.header("etag").unwrap();
    let again = test.call("GET", "/openapi.json").header("if-none-match", etag).send().await;
    assert_eq!(again.status, 304);
    assert!(again.body.is_null());
    assert_eq!(again.header("etag"), Some(etag));
}

#[tokio::test]
async fn the_page_may_run_its_own_script_alone() {
    let test = docs(&[]).await;
    let page = test.call("GET", "/docs").send().await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(page.body.as_str().unwrap().contains("ClubPulse API"));
}

#[tokio::test]
async fn a_process_is_healthy_and_ready_while_its_table_answers() {
    let test = docs(&[]).await;
    let health = test.call("GET", "/health").send().await.data(200);
    assert_eq!(health["status"], "ok");
    let ready = test.call("GET", "/ready").send().await.data(200);
    assert_eq!(ready["status"], "ready");
}

#[tokio::test]
async fn without_its_table_a_process_is_healthy_and_not_ready() {
    // Nothing listens there.
    let test = docs(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")]).await;
    test.call("GET", "/health").send().await.data(200);
    let ready = test.call("GET", "/ready").send().await;
    assert_eq!(ready.header("retry-after"), Some("1"));
    ready.refused(503, "NOT_READY");
}
