//! Where the public test vectors are, for the tests of this crate.

use serde::de::DeserializeOwned;

/// A file of the folder that `CLUBPULSE_VECTORS` names; `None`, said aloud, where it names none.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
pub(crate) fn read<T: DeserializeOwned>(file: &str) -> Option<T> {
    let Ok(folder) = std::env::var("CLUBPULSE_VECTORS") else {
        eprintln!("NOTHING WAS TESTED: CLUBPULSE_VECTORS names no folder of vectors");
        return None;
    };
    // Tests run in their crate's folder, the variable is given from the workspace's.
    let workspace = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let file = workspace.join(folder).join(file);
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(serde_json::from_str(&text).unwrap())
}
