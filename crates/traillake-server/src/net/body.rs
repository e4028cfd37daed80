//! Bodies of requests: so many bytes, in so much time.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::NetConfig;

/// Why a body cannot be read. It is what the errors of such a body are made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum BodyProblem {
    /// It is, or says it is, longer.
    #[error("the request body is longer than {limit} bytes")]
    TooLarge {
        /// The most.
        limit: u64,
    },
    /// It did not come in time.
    #[error("the request body did not arrive within {} s", limit.as_secs_f64())]
    TooSlow {
        /// The time it has.
        limit: Duration,
    },
    /// The connection ended, or the client broke the protocol.
    #[error("the request body ended early")]
    Broken,
}

/// A request's body under its limits.
#[derive(Debug)]
pub(super) struct LimitedBody<B> {
    inner: B,
    left: u64,
    limit: u64,
    time: Duration,
    end: Pin<Box<Sleep>>,
}

impl<B: HttpBody> LimitedBody<B> {
    pub(super) fn new(inner: B, config: &NetConfig) -> Self {
        let end = Box::pin(sleep(config.body));
        Self { inner, left: config.body_bytes, limit: config.body_bytes, time: config.body, end }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for LimitedBody<B> {
    type Data = Bytes;
    type Error = BodyProblem;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyProblem>>> {
        let this = &mut *self;
        let too_large = BodyProblem::TooLarge { limit: this.limit };
        if this.inner.size_hint().lower() > this.left {
            return Poll::Ready(Some(Err(too_large)));
        }
        if this.end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(BodyProblem::TooSlow { limit: this.time })));
        }
        Pin::new(&mut this.inner).poll_frame(cx).map(|frame| match frame? {
            Err(_) => Some(Err(BodyProblem::Broken)),
            Ok(frame) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                let Some(left) = this.left.checked_sub(bytes) else { return Some(Err(too_large)) };
                this.left = left;
                Some(Ok(frame))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// All of a body that came through a [`Listener`](super::Listener), whose limits hold.
///
/// # Errors
/// [`BodyProblem`]
pub(crate) async fn read_body(body: Body) -> Result<Bytes, BodyProblem> {
    match body.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(problem(&error)),
    }
}

/// The problem an error comes from.
fn problem(error: &(dyn Error + 'static)) -> BodyProblem {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    causes.find_map(|cause| cause.downcast_ref::<BodyProblem>().cloned()).unwrap_or(BodyProblem::Broken)
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};

    use super::*;

    fn limited(body: Body, bytes: u64) -> Body {
        let config = NetConfig { body_bytes: bytes, body: Duration::from_millis(50), ..NetConfig::default() };
        Body::new(LimitedBody::new(body, &config))
    }

    fn chunks(count: usize) -> Body {
        Body::from_stream(stream::repeat("12345678").map(Ok::<_, std::io::Error>).take(count))
    }

    #[tokio::test]
    async fn a_body_within_its_limits_arrives() {
        assert_eq!(read_body(limited(chunks(4), 32)).await.unwrap().len(), 32);
        assert_eq!(read_body(limited(Body::empty(), 0)).await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn a_body_that_says_or_shows_that_it_is_too_large_is_refused() {
        let too_large = BodyProblem::TooLarge { limit: 31 };
        assert_eq!(read_body(limited(chunks(4), 31)).await, Err(too_large.clone()));
        assert_eq!(read_body(limited(Body::from(vec![0; 32]), 31)).await, Err(too_large));
    }

    #[tokio::test]
    async fn a_body_that_trickles_is_cut_however_often_it_sends() {
        let trickle = stream::unfold((), |()| async {
            sleep(Duration::from_millis(1)).await;
            Some((Ok::<_, std::io::Error>("1"), ()))
        });
        let slow = read_body(limited(Body::from_stream(trickle), 1 << 40)).await;
        assert_eq!(slow, Err(BodyProblem::TooSlow { limit: Duration::from_millis(50) }));
    }

    #[tokio::test]
    async fn a_body_that_breaks_is_told_apart() {
        let broken = Body::from_stream(stream::iter([Ok("1"), Err(std::io::Error::other("reset"))]));
        assert_eq!(read_body(limited(broken, 10)).await, Err(BodyProblem::Broken));
    }
}
