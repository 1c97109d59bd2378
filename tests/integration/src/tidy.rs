//! The repository's own rules, as a test.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Lines a file may have; tests and generated files aside.
const FILE_CAP: usize = 500;
const TEST_FILE_CAP: usize = 800;

/// Which of the house a crate may use; the context map of ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("table", &["kernel"]),
    ("cloud", &["kernel"]),
    ("web", &["kernel", "table"]),
    ("runtime", &["kernel", "table", "cloud", "web"]),
    ("testkit", &["kernel", "table", "cloud", "web", "runtime"]),
    ("tenancy", &["kernel", "table"]),
    ("audit", &["kernel", "table"]),
    ("identity", &["kernel", "table", "tenancy"]),
    ("profiles", &["kernel", "table", "tenancy", "identity"]),
    ("facilities", &["kernel", "table", "tenancy", "identity"]),
    ("pricing", &["kernel", "table", "facilities"]),
    ("booking", &["kernel", "table", "tenancy", "identity", "facilities", "pricing"]),
    ("frontdesk", &["kernel", "table", "identity", "profiles", "facilities", "pricing", "booking"]),
    ("series", &["kernel", "table", "facilities", "booking"]),
    ("waitlist", &["kernel", "table", "facilities", "booking"]),
    ("closures", &["kernel", "table", "facilities", "booking", "series"]),
    ("calendar", &["kernel", "table", "facilities", "booking", "series"]),
    ("ledger", &["kernel", "table"]),
    ("payments", &["kernel", "table", "booking", "ledger"]),
    ("notification", &["kernel", "table"]),
];

/// Files that may make a tenant of something, beside `kernel` and tests.
const TENANT_MAKERS: [(&str, &[&str]); 3] = [
    ("Tenant::from_token", &["shared/web/src/caller.rs"]),
    ("Tenant::from_event", &["functions/consume-", "functions/job-", "shared/"]),
    (
        "Tenant::from_envelope",
        &["functions/consume-", "functions/job-", "shared/kernel/src/tenant.rs"],
    ),
];

/// The edge's own records.
const EDGE_RECORDS: [&str; 4] = ["api_key.rs", "idempotency.rs", "limits.rs", "standing.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file of the project with this ending, relative to the root.
fn files(ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", ".git", "__pycache__", ".aws-sam"].contains(&name.as_str()) {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let (root, mut found) = (root(), Vec::new());
    walk(&root, &mut found);
    let mut files: Vec<_> = found
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}

fn folders(path: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(path)).unwrap();
    entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.starts_with("shared/testkit/") || path.ends_with("/tests.rs")
}

/// The part of a source file that ships: up to its tests.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn the_top_level_is_the_agreed_one() {
    let allowed = BTreeSet::from([
        "ARCHITECTURE.md",
        "Cargo.lock",
        "Cargo.toml",
        "Makefile",
        "README.md",
        "events",
        "functions",
        "samconfig.toml",
        "shared",
        "statemachines",
        "target",
        "template.yaml",
        "tests",
    ]);
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            name.starts_with('.') || allowed.contains(name.as_str()),
            "{name} at the top level"
        );
    }
}

#[test]
fn files_stay_within_their_cap() {
    for (path, text) in files(".rs").into_iter().chain(files(".py")) {
        let cap = if is_test(&path) { TEST_FILE_CAP } else { FILE_CAP };
        let lines = text.lines().count();
        assert!(lines <= cap, "{path} has {lines} lines, more than {cap}");
    }
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let house: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let crates = folders("shared");
    let unknown = crates.iter().find(|krate| !house.contains_key(krate.as_str()));
    assert_eq!(unknown, None, "a crate that the map does not show");
    for (krate, allowed) in house.iter().filter(|(krate, _)| crates.contains(**krate)) {
        let manifest =
            fs::read_to_string(root().join(format!("shared/{krate}/Cargo.toml"))).unwrap();
        let shipped = manifest.split("[dev-dependencies]").next().unwrap();
        for other in house.keys().filter(|other| shipped.contains(&format!("\n{other}.workspace")))
        {
            assert!(allowed.contains(other), "{krate} must not use {other}");
        }
    }
    for function in folders("functions") {
        let manifest =
            fs::read_to_string(root().join(format!("functions/{function}/Cargo.toml"))).unwrap();
        let others = folders("functions");
        let uses = |other: &&String| manifest.contains(&format!("\n{other}"));
        assert_eq!(others.iter().find(uses), None, "{function} uses another function");
    }
}

#[test]
fn folder_package_and_binary_have_one_name() {
    for function in folders("functions") {
        let manifest =
            fs::read_to_string(root().join(format!("functions/{function}/Cargo.toml"))).unwrap();
        let names = manifest.matches(&format!("name = \"{function}\"")).count();
        assert_eq!(names, 2, "{function}: package and binary must be called as the folder");
        let prefix = function.split('-').next().unwrap();
        let known = ["api", "authorizer", "webhook", "consume", "stream", "job", "task"];
        assert!(known.contains(&prefix), "{function} has no known trigger in its name");
    }
}

#[test]
fn sdk_crates_stay_in_their_places() {
    for (path, text) in files("Cargo.toml").into_iter().filter(|(path, _)| path != "Cargo.toml") {
        let (dynamodb, other) = (text.contains("aws-sdk-dynamodb"), text.contains("\naws-sdk-s"));
        assert!(!dynamodb || path == "shared/table/Cargo.toml" || is_test(&path), "{path}");
        assert!(!other || path == "shared/cloud/Cargo.toml", "{path}");
    }
}

#[test]
fn keys_are_made_in_stores_only() {
    for (path, text) in files(".rs") {
        let keys = shipped(&text).contains(".key(") || shipped(&text).contains(".partition(");
        let place = path.contains("/store") || path.starts_with("shared/table/") || is_test(&path);
        let edge =
            path.strip_prefix("shared/web/src/").is_some_and(|file| EDGE_RECORDS.contains(&file));
        // An object of the bucket has a key, too.
        let file = path == "shared/cloud/src/storage.rs";
        assert!(!keys || place || edge || file, "{path} makes a key");
    }
}

#[test]
fn tenants_are_made_of_proof_only() {
    for (path, text) in files(".rs").into_iter().filter(|(path, _)| !is_test(path)) {
        for (maker, places) in TENANT_MAKERS {
            let makes = shipped(&text).contains(maker);
            assert!(
                !makes || places.iter().any(|place| path.starts_with(place)),
                "{path}: {maker}"
            );
        }
    }
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let words =
        ["/work/", "crates.io/", "pypi.org", "registry.npmjs", "TODO", "FIXME", "unimplemented!("];
    let texts = [".rs", ".py", ".md", ".yaml", ".toml", ".json", "Makefile", ".ci/run"];
    for (path, text) in texts.iter().flat_map(|ending| files(ending)) {
        for word in words.iter().filter(|_| path != "tests/integration/src/tidy.rs") {
            assert!(!text.contains(word), "{path} says {word}");
        }
    }
}

#[test]
fn every_allowance_has_a_reason() {
    for (path, text) in files(".rs").into_iter().filter(|(path, _)| !path.ends_with("tidy.rs")) {
        assert!(!text.contains("#[allow("), "{path}: use expect with a reason");
        assert!(!text.contains("#[ignore"), "{path} ignores a test");
    }
}
