//! Under TLS.

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use super::*;

/// A server with a certificate for `localhost`, and what a client needs to trust it.
async fn start(config: NetConfig) -> (Server, TlsConnector) {
    let made = self_signed(&["localhost".to_owned()], 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, &made.certificate).unwrap();
    std::fs::write(&key, &made.key).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let server = Server::start_with(config, Some(Tls::load(&certificate, &key).unwrap())).await;

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(made.certificate.as_bytes()).unwrap()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let client = client.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    let mut client = client.with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    (server, TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_speaks_http2() {
    let (server, connector) = start(patient()).await;
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, server.connect().await).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) = hyper::client::conn::http2::handshake(
        hyper_util::rt::TokioExecutor::new(),
        hyper_util::rt::TokioIo::new(stream),
    )
    .await
    .unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::post("https://localhost/read").body("abc".to_owned()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), StatusCode::OK);
    drop(sender);
    connection.await.unwrap().unwrap();
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn garbage_in_place_of_a_handshake_is_got_rid_of() {
    let (server, _) = start(patient()).await;
    for garbage in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\0\u{5}hello", "\0\0\0\0\0\0\0\0"] {
        read_all(&mut server.send(garbage).await).await;
    }
    eventually("all failed", || server.stats.figures().handshakes_failed == 3).await;
    server.is_empty().await;
    server.end().await;
}

#[tokio::test]
async fn a_handshake_that_is_not_finished_is_cut() {
    let (server, _) = start(NetConfig { handshake: SHORT, ..patient() }).await;
    let mut stream = server.send("\u{16}\u{3}\u{1}").await;
    assert_eq!(read_all(&mut stream).await, "");
    server.is_empty().await;
    assert_eq!(server.stats.figures().handshakes_failed, 1);
    server.end().await;
}

#[tokio::test]
async fn a_server_stops_in_the_middle_of_a_handshake() {
    let (server, _) = start(NetConfig { grace: SHORT, ..patient() }).await;
    let _stream = server.send("\u{16}\u{3}\u{1}").await;
    eventually("it is taken", || server.stats.figures().open == 1).await;
    server.end().await;
}
