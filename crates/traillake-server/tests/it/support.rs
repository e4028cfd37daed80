//! A running server, and a client that signs with AWS's own signer.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use traillake::{Lake, LakeHome, LakeOptions, ObjectStoreOptions};
use traillake_server::{NetConfig, SealingKey, Server, ServerConfig, UserRights, UsersFile};

/// A server that runs until it is stopped.
pub(crate) struct Running {
    pub(crate) address: String,
    pub(crate) lake: Lake,
    /// The key pair of its administrator, where there is no users file.
    pub(crate) key: (String, String),
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The lake of a folder, of account 111122223333 in eu-west-1.
pub(crate) async fn lake(folder: &std::path::Path, store: ObjectStoreOptions) -> Lake {
    let home = LakeHome::default().with_account("111122223333").unwrap().with_region("eu-west-1").unwrap();
    let options = LakeOptions::new().home(home).object_store(store);
    options.open(&folder.join("lake").display().to_string()).await.unwrap()
}

impl Running {
    pub(crate) async fn start(folder: &std::path::Path) -> Self {
        Self::with_config(folder, ServerConfig::default()).await
    }

    pub(crate) async fn with_config(folder: &std::path::Path, config: ServerConfig) -> Self {
        Self::over(lake(folder, ObjectStoreOptions::default()).await, config).await
    }

    pub(crate) async fn over(lake: Lake, config: ServerConfig) -> Self {
        let net = NetConfig { body: std::time::Duration::from_millis(500), body_bytes: 100_000, ..config.net };
        let config = ServerConfig { flight: None, http: Some("127.0.0.1:0".to_owned()), net, ..config };
        let server = Server::bind(lake.clone(), config).await.unwrap();
        let address = server.http_url().unwrap().strip_prefix("http://").unwrap().to_owned();
        let key = server.new_key().map(|key| (key.id.clone(), key.secret.clone())).unwrap_or_default();
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(async move { server.run(stopped).await.unwrap() });
        Self { address, lake, key, stop, task }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// One operation, signed by the administrator.
    pub(crate) async fn call(&self, operation: &str, request: &Value) -> Answer {
        self.call_as(&self.key, operation, request).await
    }

    /// One operation, signed with this key id and secret.
    pub(crate) async fn call_as(&self, key: &(String, String), operation: &str, request: &Value) -> Answer {
        self.post(key, operation, request.to_string().as_bytes()).await
    }

    /// One operation with any body, signed.
    pub(crate) async fn post(&self, key: &(String, String), operation: &str, body: &[u8]) -> Answer {
        self.post_part(key, operation, body, body.len()).await
    }

    /// One operation of whose body no more than `sent` bytes come.
    pub(crate) async fn post_part(&self, key: &(String, String), operation: &str, body: &[u8], sent: usize) -> Answer {
        let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
        let mut headers = vec![
            ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target".to_owned(), target),
        ];
        headers.extend(self.signature(key, &headers, body));
        headers.push(("content-length".to_owned(), body.len().to_string()));
        self.send("POST /", &headers, &body[..sent]).await
    }

    fn signature(&self, key: &(String, String), headers: &[(String, String)], body: &[u8]) -> Vec<(String, String)> {
        let identity = Credentials::new(&key.0, &key.1, None, None, "test").into();
        let params = v4::SigningParams::builder().identity(&identity).region("eu-west-1").name("cloudtrail");
        let params = params.time(SystemTime::now()).settings(SigningSettings::default()).build().unwrap().into();
        let url = format!("http://{}/", self.address);
        let signed = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let signable = SignableRequest::new("POST", &url, signed, SignableBody::Bytes(body)).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// A request as it is, and its answer.
    pub(crate) async fn send(&self, line: &str, headers: &[(String, String)], body: &[u8]) -> Answer {
        let length = headers.iter().all(|(name, _)| name != "content-length");
        let length = if length { format!("content-length: {}\r\n", body.len()) } else { String::new() };
        let headers = headers.iter().fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
        let head = format!("{line} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{length}{headers}\r\n", self.address);
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses a request need not read its body.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        Answer::read(&String::from_utf8(answer).unwrap())
    }
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Status and exception.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["__type"].as_str().unwrap_or_default().to_owned())
    }
}

/// A server's users file with access keys, and the configuration that names it.
pub(crate) struct Keys {
    file: UsersFile,
    sealing: SealingKey,
    users: std::path::PathBuf,
    sealing_path: std::path::PathBuf,
}

impl Keys {
    pub(crate) fn new(folder: &std::path::Path) -> Self {
        let (users, sealing_path) = (folder.join("users.toml"), folder.join("sealing.key"));
        let sealing = SealingKey::create_file(&sealing_path).unwrap();
        Self { file: UsersFile::open(&users).unwrap(), sealing, users, sealing_path }
    }

    pub(crate) fn add(&mut self, name: &str, rights: &UserRights) -> (String, String) {
        let key = self.file.add_access_key(Some(name), rights, None, &self.sealing).unwrap();
        (key.id.clone(), key.secret.clone())
    }

    pub(crate) fn config(mut self, config: ServerConfig) -> ServerConfig {
        self.file.save().unwrap();
        ServerConfig { users: Some(self.users), sealing_key: Some(self.sealing_path), ..config }
    }
}
