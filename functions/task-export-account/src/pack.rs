//! `pack`: the parts become one file.

use std::io::{Cursor, Write as _};

use kernel::{Error, Result, timestamp_text};
use profiles::{Export, store};
use zip::{CompressionMethod, ZipWriter, result::ZipResult, write::SimpleFileOptions};

use crate::work::Work;

/// What each of [`Export::PARTS`] is.
const ABOUT: [&str; 6] = [
    "your account, how you sign in, and your membership in the club",
    "your profile: sports, availability, emergency contact, consents, family",
    "your bookings, latest first",
    "the payments of your bookings, with refunds",
    "what you have in your wallet, and what came in and went out, latest first",
    "sensitive actions that you took, newest first",
];

/// Puts the ZIP into the bucket: the same parts make the same file.
pub(crate) async fn pack(work: &Work<'_>) -> Result<()> {
    let mut files = vec![("README.txt".to_owned(), readme(work).into_bytes())];
    for name in Export::PARTS {
        let part = work.storage.get(&work.part(name)).await?.ok_or_else(step_early)?;
        files.push((name.to_owned(), part));
    }
    files.extend(photo(work).await?);
    let zip = zipped(&files)
        .map_err(|cause| Error::internal("an export cannot be packed").with_source(cause))?;
    work.storage.put(&work.file(), "application/zip", zip).await
}

async fn photo(work: &Work<'_>) -> Result<Option<(String, Vec<u8>)>> {
    let everything = store::everything(&work.table, work.export.account_id).await?;
    let Some(key) = everything.photo_key else { return Ok(None) };
    let Some(facts) = work.storage.head(&key).await? else { return Ok(None) };
    let ending = facts.content_type.rsplit('/').next().unwrap_or("bin").to_owned();
    let content = work.storage.get(&key).await?;
    Ok(content.map(|content| (format!("photo.{ending}"), content)))
}

fn zipped(files: &[(String, Vec<u8>)]) -> ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

fn readme(work: &Work<'_>) -> String {
    let asked = timestamp_text(work.export.requested_at);
    let mut text = format!(
        "This is what the club keeps of you, as of {asked}.\n\n\
         Every file is JSON (RFC 8259) in UTF-8; times are RFC 3339 in UTC; amounts of money are in the\n\
         smallest unit of their currency.\n\n"
    );
    for (name, what) in Export::PARTS.into_iter().zip(ABOUT) {
        text.extend([name, ": ", what, "\n"]);
    }
    text.push_str("photo.*: your photo, if you have one\n");
    text
}

fn step_early() -> Error {
    Error::conflict("EXPORT_STEP_EARLY", "a step of this export that comes before is not done")
}
