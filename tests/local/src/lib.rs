//! What the local platform needs beside AWS: the payment provider's stand-in.

pub mod provider;
