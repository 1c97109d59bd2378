//! The steps of the onboarding workflow: twice, late, cut short, and undone from every point.

use kernel::{OnboardingId, Result, jiff::SignedDuration};
use serde_json::{Value, json};
use table::{Update, Write};
use tenancy::Step;
use testkit::Service;

use crate::world::{ONBOARDING_STEPS, World};

const OWNER: &str = "owner@norte.example.org";

async fn started(world: &World, slug: &str) -> Value {
    world.ask_for_club(slug).await.data(202);
    world.test.cloud.take_executions().remove(0).1
}

/// The workflow's payload for a compensation or the end of one.
async fn back(world: &World, step: &str, onboarding: &Value) -> Result<Value> {
    let input = json!({
        "step": step,
        "onboarding_id": onboarding["onboarding_id"],
        "club_id": onboarding["club_id"],
        "error": { "Error": "States.Timeout", "Cause": "it took too long" },
    });
    task_onboard_club::handle(world.test.app.clone(), input).await
}

/// What the state machine does after a step failed for good.
async fn compensate(world: &World, failed: Step, onboarding: &Value, times: usize) {
    for step in Step::ALL.into_iter().rev().filter(|step| *step <= failed) {
        if step != Step::SendInvitation {
            for _ in 0..times {
                back(world, &format!("undo_{step}"), onboarding).await.unwrap();
            }
        }
    }
    for _ in 0..times {
        back(world, "fail", onboarding).await.unwrap();
    }
}

async fn progress(world: &World, onboarding: &Value) -> Value {
    let id = onboarding["onboarding_id"].as_str().unwrap();
    let path = format!("/v1/admin/onboardings/{id}");
    world.test.get(&path, &world.operator).await.data(200)
}

fn statuses(progress: &Value) -> Vec<&str> {
    let steps = progress["steps"].as_array().unwrap().iter();
    steps.map(|step| step["status"].as_str().unwrap()).collect()
}

/// Every item and secret, but the record of the onboarding and idempotency.
fn everything_else(world: &World) -> Vec<String> {
    let items = world.test.database.items().into_iter();
    items.filter(|item| item["kind"]["S"] != "Onboarding").map(|item| item.to_string()).collect()
}

async fn mark(world: &World, onboarding: &Value, step: Step, status: &str) {
    let platform = world.test.app.table().platform();
    let id = onboarding["onboarding_id"].as_str().unwrap();
    let key = platform.key(format!("ONB#{id}"), "ONBOARDING");
    let update = Update::new().set(format!("steps.{step}.status"), status);
    platform.write(vec![Write::update(key, update)]).await.unwrap();
}

#[tokio::test]
async fn a_club_is_made_step_by_step_in_view() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    for (done, step) in ONBOARDING_STEPS.into_iter().enumerate() {
        let before = progress(&world, &onboarding).await;
        assert_eq!(before["status"], "running");
        let succeeded = statuses(&before).iter().filter(|it| **it == "succeeded").count();
        assert_eq!(succeeded, done, "before {step}");
        world.test.clock.advance(SignedDuration::from_secs(1));
        world.step(step, &onboarding).await.unwrap();
    }
    let after = progress(&world, &onboarding).await;
    assert_eq!(after["status"], "succeeded");
    for step in after["steps"].as_array().unwrap() {
        assert!(step["started_at"].as_str() <= step["ended_at"].as_str());
        assert!(step["started_at"].is_string() && step["error"].is_null());
    }
    let club = onboarding["club_id"].as_str().unwrap();
    let path = format!("/v1/admin/clubs/{club}");
    assert_eq!(world.test.get(&path, &world.operator).await.data(200)["status"], "active");
    let moved = world.test.cloud.secret(&format!("test/clubs/{club}/mercadopago")).unwrap();
    assert_eq!(moved["access_token"], "token-norte");
    let id = onboarding["onboarding_id"].as_str().unwrap();
    assert_eq!(world.test.cloud.secret(&format!("test/clubs/intake/{id}/mercadopago")), None);

    let mails = world.test.cloud.mails();
    assert_eq!(mails.iter().map(|mail| &*mail.to).collect::<Vec<_>>(), [OWNER]);
    assert!(mails[0].text.contains("/docs#club=norte&invitation=cpi_"), "{}", mails[0].text);
    let token = world.invitation_of(OWNER);
    let kept = json!(world.test.database.items()).to_string();
    assert!(!kept.contains(&token) && !kept.contains(&token[30..]), "only its hash is kept");
}

#[tokio::test]
async fn every_step_may_come_twice() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    for step in ONBOARDING_STEPS {
        world.step(step, &onboarding).await.unwrap();
        let after = world.test.database.items();
        world.step(step, &onboarding).await.unwrap();
        assert_eq!(world.test.database.items(), after, "{step} changed something the second time");
    }
    let after = world.test.database.items();
    for step in ONBOARDING_STEPS {
        world.step(step, &onboarding).await.unwrap();
    }
    assert_eq!(world.test.database.items(), after);
    assert_eq!(world.test.cloud.mails().len(), 1);
}

#[tokio::test]
async fn a_step_that_was_cut_short_is_done_by_the_next_call() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    let (platform, id) = (world.test.app.table().platform(), id_of(&onboarding));
    for step in Step::ALL {
        tenancy::store::start_step(&platform, id, step, world.now()).await.unwrap();
        assert_eq!(statuses(&progress(&world, &onboarding).await)[step as usize], "running");
        world.step(step.as_str(), &onboarding).await.unwrap();
    }
    world.step("finish", &onboarding).await.unwrap();
    assert_eq!(progress(&world, &onboarding).await["status"], "succeeded");
}

fn id_of(onboarding: &Value) -> OnboardingId {
    onboarding["onboarding_id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_failure_at_any_step_leaves_nothing_behind() {
    for (failed, times) in Step::ALL.into_iter().flat_map(|step| [(step, 1), (step, 2)]) {
        let world = World::start().await;
        let onboarding = started(&world, "norte").await;
        for step in Step::ALL.into_iter().filter(|step| *step < failed) {
            world.step(step.as_str(), &onboarding).await.unwrap();
        }
        // Killed before its effect, or after it and before the workflow heard of it.
        if times == 1 {
            let platform = world.test.app.table().platform();
            let now = world.now();
            tenancy::store::start_step(&platform, id_of(&onboarding), failed, now).await.unwrap();
        } else if failed != Step::SendInvitation {
            world.step(failed.as_str(), &onboarding).await.unwrap();
        }
        compensate(&world, failed, &onboarding, times).await;

        let after = progress(&world, &onboarding).await;
        assert_eq!(after["status"], "failed");
        for (index, step) in Step::ALL.into_iter().enumerate() {
            let cut_short = step == failed && times == 1;
            let expected = match step {
                _ if cut_short => "failed",
                Step::SendInvitation => "pending",
                step if step <= failed => "compensated",
                _ => "pending",
            };
            assert_eq!(after["steps"][index]["status"], expected, "{step}, failed at {failed}");
            let code = after["steps"][index]["error"]["code"].as_str();
            assert_eq!(code, cut_short.then_some("STEP_INTERRUPTED"), "{step}");
        }
        check_nothing_is_left(&world, &onboarding, failed).await;
    }
}

async fn check_nothing_is_left(world: &World, onboarding: &Value, failed: Step) {
    // The club's own record stays as a trace, out of the list.
    let left: Vec<_> =
        everything_else(world).into_iter().filter(|item| !item.contains("\"Club\"")).collect();
    assert!(left.is_empty(), "failed at {failed}: {left:?}");
    let club = onboarding["club_id"].as_str().unwrap();
    if failed > Step::CreateClub {
        let path = format!("/v1/admin/clubs/{club}");
        assert_eq!(world.test.get(&path, &world.operator).await.data(200)["status"], "removed");
    }
    let list = world.test.get("/v1/admin/clubs", &world.operator).await.data(200);
    assert_eq!(list, json!([]));
    let id = onboarding["onboarding_id"].as_str().unwrap();
    for secret in [format!("{club}/mercadopago"), format!("intake/{id}/mercadopago")] {
        assert_eq!(world.test.cloud.secret(&format!("test/clubs/{secret}")), None, "{secret}");
    }
    // Slug and address are free again.
    world.club("norte").await;
    world.drain().await;
}

#[tokio::test]
async fn no_step_goes_forward_once_compensation_has_begun() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    for step in ["reserve_slug", "create_club"] {
        world.step(step, &onboarding).await.unwrap();
    }
    back(&world, "undo_create_club", &onboarding).await.unwrap();
    for late in ["create_club", "apply_template", "activate"] {
        let refused = world.step(late, &onboarding).await.unwrap_err();
        assert_eq!((refused.code(), refused.is_transient()), ("ONBOARDING_OVER", false));
    }
    back(&world, "undo_reserve_slug", &onboarding).await.unwrap();
    back(&world, "fail", &onboarding).await.unwrap();
    let after = everything_else(&world);
    for late in Step::ALL {
        assert!(world.step(late.as_str(), &onboarding).await.is_err());
        back(&world, &format!("undo_{late}"), &onboarding).await.unwrap();
    }
    assert_eq!(world.step("finish", &onboarding).await.unwrap_err().code(), "ONBOARDING_OVER");
    assert_eq!(everything_else(&world), after);
}

#[tokio::test]
async fn an_open_club_is_not_undone() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    for step in ONBOARDING_STEPS {
        world.step(step, &onboarding).await.unwrap();
    }
    let before = world.test.database.items();
    for late in
        Step::ALL.map(|step| format!("undo_{step}")).iter().map(String::as_str).chain(["fail"])
    {
        assert_eq!(back(&world, late, &onboarding).await.unwrap_err().code(), "ONBOARDING_OVER");
    }
    assert_eq!(world.test.database.items(), before);
}

#[tokio::test]
async fn of_two_that_want_one_slug_the_second_is_refused_for_good() {
    let world = World::start().await;
    let first = started(&world, "norte").await;
    let second = started(&world, "norte").await;
    world.step("reserve_slug", &first).await.unwrap();
    let refused = world.step("reserve_slug", &second).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_transient()), ("SLUG_TAKEN", false));
    let shown = progress(&world, &second).await;
    assert_eq!(shown["steps"][0]["status"], "failed");
    assert_eq!(shown["steps"][0]["error"]["code"], "SLUG_TAKEN");

    compensate(&world, Step::ReserveSlug, &second, 2).await;
    let shown = progress(&world, &second).await;
    assert_eq!(shown["steps"][0]["error"]["code"], "SLUG_TAKEN", "the reason stays");
    for step in &ONBOARDING_STEPS[1..] {
        world.step(step, &first).await.unwrap();
    }
    assert_eq!(progress(&world, &first).await["status"], "succeeded", "the slug is still theirs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twin_calls_of_a_step_both_may_succeed_and_it_is_done_once() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    for step in ONBOARDING_STEPS {
        let twins = (0..4).map(|_| world.step(step, &onboarding));
        for outcome in futures::future::join_all(twins).await {
            // Who was overtaken is called again by the workflow.
            if let Err(error) = outcome {
                assert!(error.is_transient(), "{step}: {error:?}");
            }
        }
        world.step(step, &onboarding).await.unwrap();
    }
    assert_eq!(progress(&world, &onboarding).await["status"], "succeeded");
    assert_eq!(world.test.cloud.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_that_went_out_is_not_sent_again_and_its_link_stays_good() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    for step in &ONBOARDING_STEPS[..7] {
        world.step(step, &onboarding).await.unwrap();
    }
    let token = world.invitation_of(OWNER);
    // Killed after the mail, before the mark.
    mark(&world, &onboarding, Step::SendInvitation, "running").await;
    world.step("send_invitation", &onboarding).await.unwrap();
    assert_eq!(world.test.cloud.mails().len(), 1);
    accept(&world, "norte", OWNER, &token, "correct horse battery").await.data(201);
    world.drain().await;
}

async fn accept(
    world: &World,
    slug: &str,
    email: &str,
    token: &str,
    password: &str,
) -> testkit::Answer {
    let body = json!({
        "club": slug, "email": email, "password": password, "name": "Olga", "invitation": token,
    });
    world.test.call("POST", "/v1/auth/register").json(&body).send().await
}

#[tokio::test]
async fn while_the_mail_service_is_down_the_step_may_be_repeated() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    for step in &ONBOARDING_STEPS[..6] {
        world.step(step, &onboarding).await.unwrap();
    }
    world.test.cloud.fail(Service::Mail, 100);
    let failed = world.step("send_invitation", &onboarding).await.unwrap_err();
    assert!(failed.is_transient(), "{failed:?}");
    assert_eq!(statuses(&progress(&world, &onboarding).await)[6], "failed");
    world.test.cloud.fail(Service::Mail, 0);
    world.step("send_invitation", &onboarding).await.unwrap();
    let shown = progress(&world, &onboarding).await;
    assert_eq!((statuses(&shown)[6], &shown["steps"][6]["error"]), ("succeeded", &Value::Null));
    assert_eq!(world.test.cloud.mails().len(), 1);
}

#[tokio::test]
async fn an_owner_whose_address_takes_no_mail_is_a_failure_for_good() {
    let world = World::start().await;
    let body = json!({
        "name": "Club Norte", "slug": "norte", "time_zone": "UTC", "currency": "ARS",
        "owner": { "email": "refused@norte.example.org", "name": "Olga" },
    });
    world.test.post("/v1/admin/clubs", &world.operator, body).await.data(202);
    let onboarding = world.test.cloud.take_executions().remove(0).1;
    for step in &ONBOARDING_STEPS[..6] {
        world.step(step, &onboarding).await.unwrap();
    }
    let refused = world.step("send_invitation", &onboarding).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_transient()), ("OWNER_UNREACHABLE", false));
    compensate(&world, Step::SendInvitation, &onboarding, 1).await;
    let shown = progress(&world, &onboarding).await;
    assert_eq!(shown["steps"][6]["error"]["code"], "OWNER_UNREACHABLE");
    assert_eq!(statuses(&shown)[..6], ["compensated"; 6]);
}

#[tokio::test]
async fn credentials_that_are_gone_are_a_failure_for_good() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    let id = onboarding["onboarding_id"].as_str().unwrap();
    let intake = format!("test/clubs/intake/{id}/mercadopago");
    world.test.app.secrets().delete(&intake).await.unwrap();
    let refused = world.step("create_provider_secret", &onboarding).await.unwrap_err();
    assert_eq!(refused.code(), "PROVIDER_CREDENTIALS_MISSING");
}

#[tokio::test]
async fn a_payload_that_is_not_the_workflow_s_is_refused() {
    let world = World::start().await;
    let onboarding = started(&world, "norte").await;
    let code = |input: Value| {
        let app = world.test.app.clone();
        async move { task_onboard_club::handle(app, input).await.unwrap_err().code() }
    };
    let with = |field: &str, value: Value| {
        let mut input = json!({
            "step": "reserve_slug",
            "onboarding_id": onboarding["onboarding_id"],
            "club_id": onboarding["club_id"],
        });
        input[field] = value;
        input
    };
    assert_eq!(code(with("step", json!("reserve_everything"))).await, "STEP_UNKNOWN");
    assert_eq!(code(with("step", json!("undo_everything"))).await, "STEP_UNKNOWN");
    assert_eq!(code(with("club_id", json!("clb_1"))).await, "TASK_MALFORMED");
    assert_eq!(code(with("club_id", json!(kernel::ClubId::new()))).await, "TASK_MALFORMED");
    assert_eq!(code(with("more", json!(1))).await, "TASK_MALFORMED");
    let unknown = with("onboarding_id", json!(OnboardingId::new()));
    assert_eq!(code(unknown).await, "ONBOARDING_NOT_FOUND");
    assert_eq!(code(Value::Null).await, "TASK_MALFORMED");
}
