//! SHA-256 over several parts, for ids and seals, and HMAC over it, for signatures. The length of each text goes in before
//! the text, so that the same letters divided differently give another digest; the hashed bytes are a stored format and
//! never change.

use ring::digest::{Context, SHA256};
use ring::hmac;
use uuid::Uuid;

/// A SHA-256 that is fed one part after the other.
#[derive(Clone)]
pub(crate) struct Digest(Context);

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digest").finish_non_exhaustive()
    }
}

impl Digest {
    /// A digest of nothing yet.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds a text with its length in front, which keeps neighbouring texts apart.
    #[must_use]
    pub(crate) fn text(self, text: &str) -> Self {
        self.raw((text.len() as u64).to_le_bytes()).raw(text)
    }

    /// Adds texts, each like [`Digest::text`].
    #[must_use]
    pub(crate) fn texts(self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        texts.into_iter().fold(self, |digest, text| digest.text(text.as_ref()))
    }

    /// Adds bytes without a length: for parts of fixed size, such as a number, or for the last part.
    #[must_use]
    pub(crate) fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.update(bytes.as_ref());
        self
    }

    /// The finished digest.
    #[must_use]
    pub(crate) fn finish(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.finish().as_ref());
        bytes
    }

    /// The first half of the finished digest, as the id of what was hashed.
    #[must_use]
    pub(crate) fn finish_id(self) -> Uuid {
        let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.finish();
        Uuid::from_bytes(first)
    }

    /// The finished digest as 64 hexadecimal digits.
    #[must_use]
    pub(crate) fn finish_hex(self) -> String {
        hex::encode(self.finish())
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

/// HMAC-SHA256, for signatures of webhooks.
#[must_use]
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

/// Whether that is the HMAC-SHA256 of a message, compared in constant time; of another length, it is not.
#[must_use]
pub(crate) fn is_hmac_sha256(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), message, tag).is_ok()
}

/// SHA-256 (hex) of bytes without a length in front.
#[must_use]
pub(crate) fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
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
