//! SHA-256 over the parts of something, as names and seals need it. A text goes in with its length in front, so that the
//! same letters cut in another place are another digest; the bytes of every digest are a format and never change.

use ring::digest::{Context, SHA256};

/// A SHA-256 that takes in one part after the other.
#[derive(Clone)]
pub struct Digest(Context);

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digest").finish_non_exhaustive()
    }
}

impl Digest {
    /// Of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// With a text and its length in front, which keeps neighbouring texts apart.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.raw((text.len() as u64).to_le_bytes()).raw(text)
    }

    /// With texts, each like [`Digest::text`].
    #[must_use]
    pub fn texts(self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        texts.into_iter().fold(self, |digest, text| digest.text(text.as_ref()))
    }

    /// With bytes as they are: for what always has one length, such as a number, or comes last.
    #[must_use]
    pub fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.update(bytes.as_ref());
        self
    }

    /// The digest.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.finish().as_ref());
        bytes
    }

    /// The digest in 64 hexadecimal letters.
    #[must_use]
    pub fn finish_hex(self) -> String {
        hex::encode(self.finish())
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

/// SHA-256 (hex) of bytes as they are.
#[must_use]
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    Digest::new().raw(bytes).finish_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_as_they_are_give_the_digest_of_the_standard() {
        let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex("abc"), of_abc, "FIPS 180-4");
        assert_eq!(Digest::new().raw("a").raw("bc").finish_hex(), of_abc);
        assert_eq!(hex::encode(Digest::new().raw("abc").finish()), of_abc);
    }

    #[test]
    fn a_text_has_its_length_in_front() {
        let found = Digest::new().texts(["a", "bc"]).finish_hex();
        assert_eq!(found, "9a8acca1b6c6c0befd3fbc756aed625da998c998f7252e738c4ef061906b9b21");
        assert_eq!(Digest::new().text("a").text("bc").finish_hex(), found);
        assert_ne!(Digest::new().texts(["ab", "c"]).finish_hex(), found);
    }
}
