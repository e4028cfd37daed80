use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;
use crate::access::hex;
use crate::jobs::testing::Yard;
use crate::service::Service;

fn verifies(key: &SigningKeyDocument, text: &str, signature: &str) -> bool {
    let public = BASE64.decode(&key.public_key).unwrap();
    let signature = hex::decode::<256>(signature).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(text.as_bytes(), &signature).is_ok()
}

async fn keys_now(service: &Service) -> Vec<SigningKeyDocument> {
    let now = service.clock.now();
    service.signing.public_keys(now, now).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_checked_with_the_listed_key() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let signed = service.signing.sign("aaa bbb").await.unwrap();
    let [key] = keys_now(&service).await.try_into().unwrap();
    assert_eq!(key.fingerprint, signed.fingerprint);
    assert!(verifies(&key, "aaa bbb", &signed.signature));
    assert!(!verifies(&key, "aaa bbc", &signed.signature));
    let public = BASE64.decode(&key.public_key).unwrap();
    assert_eq!(public.first_chunk(), Some(&[0x30, 0x82, 0x01, 0x0a]), "a PKCS#1 key of 2048 bits");
    assert_eq!(key.valid_until - key.valid_from, TimeDelta::days(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_with_the_sealing_key_share_a_key_and_others_do_not_get_it() {
    let yard = Yard::new().await;
    let first = yard.server().await.signing.sign("x").await.unwrap();
    let second = yard.server().await.signing.sign("x").await.unwrap();
    assert_eq!(second, first);
    let without = yard.server_with(None).await;
    assert_ne!(without.signing.sign("x").await.unwrap().fingerprint, first.fingerprint);
    let keys = keys_now(&without).await;
    let sealed: Vec<_> = keys.iter().map(|key| key.sealed_private_key.is_some()).collect();
    assert_eq!(sealed.iter().filter(|sealed| **sealed).count(), 1, "{sealed:?}");
    let other = SealingKey::create_file(&tempfile::tempdir().unwrap().path().join("key")).unwrap();
    let stranger = yard.server_with(Some(other)).await.signing.sign("x").await.unwrap();
    assert_ne!(stranger.fingerprint, first.fingerprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_renewed_before_it_ends_and_the_old_one_stays_listed() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let began = yard.clock.now();
    let first = service.signing.sign("x").await.unwrap();
    yard.clock.advance(TimeDelta::days(24));
    assert_eq!(service.signing.sign("x").await.unwrap().fingerprint, first.fingerprint);
    yard.clock.advance(TimeDelta::days(1));
    let second = service.signing.sign("x").await.unwrap();
    assert_ne!(second.fingerprint, first.fingerprint);
    assert_eq!(keys_now(&service).await.len(), 2);
    yard.clock.advance(TimeDelta::days(20));
    let listed: Vec<_> = keys_now(&service).await.into_iter().map(|key| key.fingerprint).collect();
    assert_eq!(listed, [second.fingerprint]);
    let then = service.signing.public_keys(began, began).await.unwrap();
    assert_eq!(then[0].fingerprint, first.fingerprint);
}
