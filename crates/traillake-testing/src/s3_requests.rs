//! What an S3 server in the test process was asked, and how long each request takes it.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Result, s3_error};

/// A request that reached the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedRequest {
    /// Name of the operation, such as `GetObject`.
    pub operation: String,
    /// Key of the object; of a listing the query of its address.
    pub subject: String,
    /// The `Range` header, as it was sent.
    pub range: Option<String>,
    /// Bytes of the object that were sent back.
    pub bytes: u64,
}

impl fmt::Display for ServedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = self.range.as_deref().unwrap_or("whole");
        write!(f, "{} {} [{range}] {} bytes", self.operation, self.subject, self.bytes)
    }
}

/// The requests of a server, in the order in which they came. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Requests(Arc<Mutex<(Vec<ServedRequest>, Duration)>>);

/// The number of a request, which goes with it to its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestNumber(usize);

impl Requests {
    /// Those that came since this was called last.
    pub(crate) fn take(&self) -> Vec<ServedRequest> {
        std::mem::take(&mut self.0.lock().unwrap().0)
    }

    /// Every request waits this long from now on.
    pub(crate) fn delay(&self, delay: Duration) {
        self.0.lock().unwrap().1 = delay;
    }

    /// Notes how much of an object was sent back.
    pub(crate) fn answered(&self, number: Option<&RequestNumber>, bytes: usize) {
        let served = &mut self.0.lock().unwrap().0;
        if let Some(request) = number.and_then(|number| served.get_mut(number.0)) {
            request.bytes = bytes as u64;
        }
    }

    fn came(&self, request: ServedRequest) -> (RequestNumber, Duration) {
        let (served, delay) = &mut *self.0.lock().unwrap();
        served.push(request);
        (RequestNumber(served.len() - 1), *delay)
    }
}

#[async_trait::async_trait]
impl S3Access for Requests {
    /// Called once for every request, before it is answered.
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        if cx.credentials().is_none() {
            return Err(s3_error!(AccessDenied));
        }
        let key = cx.s3_path().as_object().map(|(_, key)| key.to_owned());
        let query = || cx.uri().query().unwrap_or_default().replace("%2F", "/");
        let (number, delay) = self.came(ServedRequest {
            operation: cx.s3_op().name().to_owned(),
            subject: key.unwrap_or_else(query),
            range: cx.headers().get("range").map(|range| String::from_utf8_lossy(range.as_bytes()).into_owned()),
            bytes: 0,
        });
        cx.extensions_mut().insert(number);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        Ok(())
    }
}
