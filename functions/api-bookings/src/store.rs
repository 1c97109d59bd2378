//! How this function stores what it decided.

pub(crate) use audit::write_telling as store;
