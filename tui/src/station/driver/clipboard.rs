//! The clipboard by OSC 52, which works through SSH; what is too long for that goes into a file.

use std::fs;

use protocol::paths::Paths;

use super::terminal::Screen;

/// Terminals take about this many bytes of base64.
const BYTES_MAX: usize = 74_000;

/// Copies a text; says where it is when it is not on the clipboard.
pub(super) fn copy(screen: &mut Screen, paths: &Paths, text: &str) -> Option<String> {
    let encoded = base64(text.as_bytes());
    if encoded.len() <= BYTES_MAX {
        return screen
            .write(&format!("\x1b]52;c;{encoded}\x07"))
            .err()
            .map(|error| format!("The terminal takes no copy: {error}."));
    }
    let path = paths.cache.join("copied.txt");
    let written = fs::create_dir_all(&paths.cache).and_then(|()| fs::write(&path, text));
    Some(match written {
        Ok(()) => format!("Too long for the clipboard; it stands in {}", path.display()),
        Err(error) => format!(
            "Too long for the clipboard, and {} cannot be written: {error}.",
            path.display()
        ),
    })
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) & 63;
            let padding = place > group.len();
            text.push(if padding { '=' } else { char::from(LETTERS[index as usize]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn encodes_as_the_standard_says() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
