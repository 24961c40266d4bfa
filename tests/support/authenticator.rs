//! A device with one key, in software: what a browser and a passkey answer together.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gonogo::api::passkey::Answer;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use sha2::{Digest, Sha256};

enum Key {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The device; what it says of itself can be changed.
pub struct Authenticator {
    key: Key,
    /// What it calls its key.
    pub credential: Vec<u8>,
    /// The site that its key is for.
    pub site: String,
    /// The page that asked, as its browser says.
    pub origin: String,
    /// Whether it asked for a PIN.
    pub verifies: bool,
    /// How often it signed.
    pub count: u32,
}

impl Authenticator {
    /// One whose key is on P-256.
    pub fn es256(credential: &str, origin: &str) -> Self {
        let (random, how) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let made = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).unwrap();
        Self::with(Key::Es256(key), credential, origin)
    }

    /// One whose key is Ed25519.
    pub fn ed25519(credential: &str, origin: &str) -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let key = Ed25519KeyPair::from_pkcs8(made.as_ref()).unwrap();
        Self::with(Key::Ed25519(key), credential, origin)
    }

    fn with(key: Key, credential: &str, origin: &str) -> Self {
        let host = origin.split("://").nth(1).unwrap();
        Authenticator {
            key,
            credential: credential.as_bytes().to_vec(),
            site: host.split(':').next().unwrap().to_owned(),
            origin: origin.to_owned(),
            verifies: true,
            count: 0,
        }
    }

    /// Makes its key: the field of the form that adds it.
    pub fn make(&self, challenge: &str) -> String {
        let client = self.client("webauthn.create", challenge);
        let mut data = self.head(0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
        data.extend(&self.credential);
        match &self.key {
            Key::Es256(key) => {
                let point = key.public_key().as_ref();
                data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
                data.extend(&point[1..33]);
                data.extend([0x22, 0x58, 32]);
                data.extend(&point[33..]);
            }
            Key::Ed25519(key) => {
                data.extend([0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32]);
                data.extend(key.public_key().as_ref());
            }
        }
        self.answer(&client, &data, &[])
    }

    /// Signs: the field of the form that it confirms.
    pub fn sign(&mut self, challenge: &str) -> String {
        self.count += 1;
        let client = self.client("webauthn.get", challenge);
        let data = self.head(0);
        let message = [&data[..], &Sha256::digest(&client)].concat();
        let signature = match &self.key {
            Key::Es256(key) => key
                .sign(&SystemRandom::new(), &message)
                .unwrap()
                .as_ref()
                .to_vec(),
            Key::Ed25519(key) => key.sign(&message).as_ref().to_vec(),
        };
        self.answer(&client, &data, &signature)
    }

    fn client(&self, deed: &str, challenge: &str) -> Vec<u8> {
        let origin = &self.origin;
        serde_json::to_vec(&serde_json::json!({
            "type": deed, "challenge": challenge, "origin": origin, "crossOrigin": false
        }))
        .unwrap()
    }

    fn head(&self, more: u8) -> Vec<u8> {
        let flags = if self.verifies { 0x05 } else { 0x01 };
        let mut data = Sha256::digest(self.site.as_bytes()).to_vec();
        data.push(flags | more);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn answer(&self, client: &[u8], authenticator: &[u8], signature: &[u8]) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        serde_json::to_string(&Answer {
            credential: text(&self.credential),
            client: text(client),
            authenticator: text(authenticator),
            signature: text(signature),
        })
        .unwrap()
    }
}
