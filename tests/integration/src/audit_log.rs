//! The audit log: it grows with what it tells, and shows when somebody bends it.

use audit::{Entry, Log};
use futures::future::join_all;
use kernel::{AccountId, ClubId, Error, Role, SessionId, Tenant, jiff::SignedDuration};
use serde_json::{Value, json};
use table::{Condition, TenantTable, Update, Write};
use testkit::{Answer, TestApp};

struct Stage {
    test: TestApp,
    club: ClubId,
    table: TenantTable,
    token: String,
}

async fn start() -> Stage {
    let functions = vec![api_access::routes()];
    let test = TestApp::start(functions, "2026-11-20T12:00:00Z".parse().unwrap(), &[]).await;
    let club = ClubId::new();
    let table = test.app.table().tenant(&Tenant::from_envelope(club, "test"));
    let token = test.token(AccountId::new(), Some(club), &[Role::Owner]);
    Stage { test, club, table, token }
}

fn entry(action: &'static str, target: &str) -> Entry {
    Entry {
        actor: AccountId::new(),
        session: Some(SessionId::new()),
        action,
        target: target.to_owned(),
        before: Some(json!({ "status": "active", "weight": 1.0 })),
        after: Some(json!({ "status": "suspended", "weight": 0.1 })),
        address: "192.0.2.7".to_owned(),
        correlation: "correlation-1".to_owned(),
    }
}

impl Stage {
    async fn commit(&self, entry: Entry) {
        audit::commit(&self.table, entry, self.test.clock.now(), || Ok(vec![])).await.unwrap();
    }

    /// This many records, a minute apart.
    async fn fill(&self, records: usize) {
        for _ in 0..records {
            self.commit(entry("member.suspended", "acc_1")).await;
            self.test.clock.advance(SignedDuration::from_mins(1));
        }
    }

    async fn get(&self, path: &str) -> Answer {
        // The clock moves on for hours, so a token is made for each call.
        let token = self.test.token(AccountId::new(), Some(self.club), &[Role::Owner]);
        self.test.get(path, &token).await
    }

    async fn verdict(&self) -> Value {
        self.get("/v1/audit-log/verify").await.data(200)
    }

    async fn bend(&self, write: Write) {
        self.table.write(vec![write]).await.unwrap();
    }

    fn key(&self, sequence: u64) -> table::Key {
        self.table.key(format!("AUDIT#{}", sequence / 1_000), format!("{sequence:012}"))
    }

    /// Sequences of all pages of a list, in its order.
    async fn sequences(&self, query: &str) -> Vec<u64> {
        let (mut found, mut path) = (Vec::new(), format!("/v1/audit-log?{query}"));
        loop {
            let answer = self.get(&path).await;
            let cursor = answer.body["meta"]["page"]["next_cursor"].clone();
            let items = answer.data(200).as_array().unwrap().clone();
            found.extend(items.iter().map(|item| item["sequence"].as_u64().unwrap()));
            let Some(cursor) = cursor.as_str() else { return found };
            path = format!("/v1/audit-log?{query}&cursor={cursor}");
        }
    }
}

#[tokio::test]
async fn a_record_says_who_did_what_from_where_and_is_read_newest_first() {
    let stage = start().await;
    stage.fill(2).await;
    let mut special = entry("role.created", "role night_porter");
    special.after = Some(json!({ "client_secret": "do not keep" }));
    let actor = special.actor;
    stage.commit(special).await;
    let records = stage.test.get("/v1/audit-log", &stage.token).await.data(200);
    let newest = &records[0];
    assert_eq!(newest["sequence"], 3);
    assert_eq!(newest["actor"], actor.to_string());
    assert_eq!(newest["action"], "role.created");
    assert_eq!(newest["address"], "192.0.2.7");
    assert_eq!(newest["correlation"], "correlation-1");
    assert_eq!(newest["at"], "2026-11-20T12:02:00.000Z");
    assert_eq!(newest["after"], json!({ "client_secret": "[withheld]" }));
    assert_eq!(records[2]["before"], json!({ "status": "active", "weight": 1.0 }));
    let verdict = stage.verdict().await;
    assert_eq!(verdict["intact"], true);
    assert_eq!(verdict["records"], 3);
    assert_eq!(verdict["last_hash"], newest["hash"]);
}

#[tokio::test]
async fn a_log_without_records_is_intact() {
    let stage = start().await;
    let verdict = stage.verdict().await;
    assert_eq!((&verdict["intact"], &verdict["records"]), (&json!(true), &json!(0)));
    assert_eq!(stage.sequences("").await, [0_u64; 0]);
    assert_eq!(stage.get("/v1/audit-log/export").await.body, Value::Null);
}

#[tokio::test]
async fn records_are_found_by_actor_target_action_and_time_page_by_page() {
    let stage = start().await;
    let ours = entry("member.invited", "acc_2");
    let actor = ours.actor;
    for number in 0..12 {
        let mut next = match number % 3 {
            0 => ours.clone(),
            1 => entry("member.suspended", "acc_1"),
            _ => entry("role.created", "acc_2"),
        };
        if number == 11 {
            next.actor = actor;
        }
        stage.commit(next).await;
        stage.test.clock.advance(SignedDuration::from_mins(1));
    }
    assert_eq!(stage.sequences("limit=5").await, (1..=12).rev().collect::<Vec<_>>());
    assert_eq!(stage.sequences(&format!("actor={actor}&limit=2")).await, [12, 10, 7, 4, 1]);
    assert_eq!(stage.sequences("target=acc_1&limit=1").await, [11, 8, 5, 2]);
    assert_eq!(stage.sequences(&format!("target=acc_2&actor={actor}")).await, [12, 10, 7, 4, 1]);
    assert_eq!(stage.sequences("action=role.").await, [12, 9, 6, 3]);
    assert_eq!(stage.sequences("action=member.s&limit=3").await, [11, 8, 5, 2]);
    let (from, to) = ("from=2026-11-20T12:03:00Z", "to=2026-11-20T12:07:00Z");
    assert_eq!(stage.sequences(&format!("{from}&{to}&limit=2")).await, [7, 6, 5, 4]);
    assert_eq!(stage.sequences(&format!("{from}&{to}&action=role.")).await, [6]);
    assert_eq!(stage.sequences(&format!("{from}&actor={actor}")).await, [12, 10, 7, 4]);
    let nobody = format!("actor={}", AccountId::new());
    assert_eq!(stage.sequences(&nobody).await, [0_u64; 0]);
}

#[tokio::test]
async fn wrong_questions_are_refused() {
    let stage = start().await;
    let long = format!("/v1/audit-log?action={}", "a".repeat(61));
    stage.get(&long).await.refused(422, "VALIDATION_FAILED");
    let path = "/v1/audit-log?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z";
    stage.get(path).await.refused(422, "RANGE_INVALID");
    let path = "/v1/audit-log/export?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z";
    stage.get(path).await.refused(422, "RANGE_INVALID");
    stage.get("/v1/audit-log?colour=red").await.refused(422, "QUERY_INVALID");
    stage.fill(3).await;
    let path = "/v1/audit-log/verify?from_sequence=5";
    stage.get(path).await.refused(422, "SEQUENCE_OUT_OF_RANGE");
    // A cursor is of one question alone.
    let cursor =
        stage.get("/v1/audit-log?limit=1").await.body["meta"]["page"]["next_cursor"].clone();
    let path = format!("/v1/audit-log?limit=1&action=a&cursor={}", cursor.as_str().unwrap());
    stage.get(&path).await.refused(422, "CURSOR_INVALID");
}

#[tokio::test]
async fn a_changed_record_shows() {
    let stage = start().await;
    stage.fill(5).await;
    let change = |key| Write::update(key, Update::new().set("target", "acc_9"));
    stage.bend(change(stage.key(3))).await;
    let verdict = stage.verdict().await;
    assert_eq!(verdict["intact"], false);
    assert_eq!(verdict["records"], 2);
    assert_eq!(verdict["first_broken"], json!({ "sequence": 3, "fault": "changed" }));
    let rest = stage.get("/v1/audit-log/verify?from_sequence=4").await.data(200);
    assert_eq!((&rest["intact"], &rest["records"]), (&json!(true), &json!(2)));
    // What cannot be read any more is changed, too.
    stage.bend(Write::update(stage.key(2), Update::new().remove("hash"))).await;
    assert_eq!(stage.verdict().await["first_broken"], json!({ "sequence": 2, "fault": "changed" }));
}

#[tokio::test]
async fn a_removed_record_and_a_cut_off_tail_show() {
    let stage = start().await;
    stage.fill(5).await;
    stage.bend(Write::delete(stage.key(5))).await;
    let missing = |sequence: u64| json!({ "sequence": sequence, "fault": "missing" });
    assert_eq!(stage.verdict().await["first_broken"], missing(5));
    stage.bend(Write::delete(stage.key(2))).await;
    assert_eq!(stage.verdict().await["first_broken"], missing(2));
    // Without the record before it, a walk cannot begin.
    let from_there = stage.get("/v1/audit-log/verify?from_sequence=3").await.data(200);
    assert_eq!(from_there["first_broken"], missing(2));
}

#[tokio::test]
async fn an_inserted_record_and_a_head_set_back_show() {
    let stage = start().await;
    stage.fill(3).await;
    let third: Value = stage.table.get(&stage.key(3)).await.unwrap().unwrap();
    let copy = Write::put(stage.table.key("AUDIT#0", "000000000002x"), "AuditRecord", &third);
    stage.bend(copy.unwrap()).await;
    let verdict = stage.verdict().await;
    assert_eq!(verdict["first_broken"]["fault"], "inserted");
    stage.bend(Write::delete(stage.table.key("AUDIT#0", "000000000002x"))).await;
    assert_eq!(stage.verdict().await["intact"], true);
    let behind = Write::put(stage.table.key("AUDIT#0", "000000000004"), "AuditRecord", &third);
    stage.bend(behind.unwrap()).await;
    let inserted = json!({ "sequence": 4, "fault": "inserted" });
    assert_eq!(stage.verdict().await["first_broken"], inserted);
    stage.bend(Write::delete(stage.key(4))).await;
    let head = stage.table.key("AUDIT", "HEAD");
    stage.bend(Write::update(head, Update::new().set("sequence", 2_u64))).await;
    let inserted = json!({ "sequence": 3, "fault": "inserted" });
    assert_eq!(stage.verdict().await["first_broken"], inserted);
}

#[tokio::test]
async fn fifty_commits_at_once_make_fifty_records_in_one_chain() {
    let stage = start().await;
    let now = stage.test.clock.now();
    let commits = (0..50).map(|_| {
        audit::commit(&stage.table, entry("member.suspended", "acc_1"), now, || Ok(vec![]))
    });
    for done in join_all(commits).await {
        done.unwrap();
    }
    let verdict = stage.verdict().await;
    assert_eq!((&verdict["intact"], &verdict["records"]), (&json!(true), &json!(50)));
}

#[tokio::test]
async fn what_is_told_and_the_record_happen_together_or_not_at_all() {
    let stage = start().await;
    let key = || stage.table.key("THING#1", "THING");
    let put = || Ok(vec![Write::put(key(), "Thing", &json!({ "a": 1 }))?.if_absent()]);
    let now = stage.test.clock.now();
    audit::commit(&stage.table, entry("thing.made", "thing"), now, put).await.unwrap();
    let refused = || {
        let update = Write::update(key(), Update::new().set("a", 2_u64));
        let absent = update.when(Condition::equals("a", 7_u64));
        Ok(vec![absent.or(|_| Error::conflict("NOT_SEVEN", "it is not seven"))])
    };
    let error = audit::commit(&stage.table, entry("thing.changed", "thing"), now, refused).await;
    assert_eq!(error.unwrap_err().code(), "NOT_SEVEN");
    let thing: Value = stage.table.get(&key()).await.unwrap().unwrap();
    assert_eq!(thing["a"], 1);
    assert_eq!(stage.sequences("").await, [1]);
    // Of commits at once for one thing, the loser's record is not there either.
    let once = || Ok(vec![Write::delete(key()).when(Condition::item_exists())]);
    let race =
        (0..8).map(|_| audit::commit(&stage.table, entry("thing.removed", "thing"), now, once));
    let won = join_all(race).await.into_iter().flatten().count();
    assert_eq!(won, 1);
    assert_eq!(stage.sequences("").await, [2, 1]);
    assert_eq!(stage.verdict().await["intact"], true);
}

#[tokio::test]
async fn an_export_has_every_record_in_order_and_can_be_checked_elsewhere() {
    let stage = start().await;
    stage.fill(6).await;
    let span = "from=2026-11-20T12:01:00Z&to=2026-11-20T12:05:00Z";
    let answer = stage.get(&format!("/v1/audit-log/export?{span}")).await;
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("link"), None);
    let text = answer.body.as_str().unwrap().to_owned();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines.iter().map(|line| line["sequence"].as_u64().unwrap()).collect::<Vec<_>>(),
        [2, 3, 4, 5]
    );
    for (line, next) in lines.iter().zip(&lines[1..]) {
        assert_eq!(next["previous"], line["hash"]);
    }
    let line = text.lines().next().unwrap();
    let unhashed = line.replace(&format!("\"hash\":{},", lines[0]["hash"]), "");
    assert_eq!(lines[0]["hash"], audit::fingerprint(&unhashed));
    // In parts, by the log's own word where each ends.
    let log = Log::Club(stage.table.clone());
    let (mut parts, mut after) = (Vec::new(), Some(0));
    while let Some(from) = after {
        let (part, more) = log.export((None, None), from, line.len() * 2 + 10).await.unwrap();
        parts.push(part.lines().count());
        after = more;
    }
    assert_eq!(parts.iter().sum::<usize>(), 6);
    assert!(parts.len() >= 3, "{parts:?}");
}

#[tokio::test]
async fn each_club_and_the_platform_has_its_own_chain() {
    let stage = start().await;
    stage.fill(2).await;
    let platform = stage.test.app.table().platform();
    let now = stage.test.clock.now();
    let told = entry("club.limits_changed", "clb_1");
    audit::write_platform(&platform, told, now, vec![]).await.unwrap();
    let of_platform = Log::Platform(platform).verify(1).await.unwrap();
    assert_eq!((of_platform.records, of_platform.broken), (1, None));
    assert_eq!(stage.verdict().await["records"], 2);
    let other = stage.test.token(AccountId::new(), Some(ClubId::new()), &[Role::Owner]);
    let verdict = stage.test.get("/v1/audit-log/verify", &other).await.data(200);
    assert_eq!(verdict["records"], 0);
}

#[tokio::test]
async fn a_chain_goes_on_over_the_end_of_its_block() {
    let stage = start().await;
    let now = stage.test.clock.now();
    let log = Log::Club(stage.table.clone());
    let first = entry("member.suspended", "acc_1");
    for _ in 0..1_003 {
        log.commit(&first, now, || Ok(vec![])).await.unwrap();
    }
    let verdict = stage.verdict().await;
    assert_eq!((&verdict["intact"], &verdict["records"]), (&json!(true), &json!(1_003)));
    let sequences = stage.sequences("limit=100").await;
    assert_eq!(sequences, (1..=1_003).rev().collect::<Vec<_>>());
    let (lines, more) = log.export((None, None), 995, 1_000_000).await.unwrap();
    assert_eq!((lines.lines().count(), more), (8, None));
    stage.bend(Write::delete(stage.key(1_003))).await;
    let missing = json!({ "sequence": 1_003, "fault": "missing" });
    assert_eq!(stage.verdict().await["first_broken"], missing);
}
