//! QR codes, as pictures that print sharply at any size.

use kernel::{Error, Result};
use qrcode::{EcLevel, QrCode, render::svg};

/// The least width and height, in the units of the picture.
const LEAST: u32 = 256;

/// The picture (SVG 1.1) of a text, with the margin that readers want, readable with 15 % of it lost.
pub(crate) fn picture(text: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|cause| Error::internal("a text is too long for a QR code").with_source(cause))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(LEAST, LEAST).build())
}
