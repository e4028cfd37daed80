//! Bodies of requests: so many bytes, in so much time, and so many bytes of all of them together.

use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};

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
    /// All bodies together are too long.
    #[error("the server reads too many request bodies at once")]
    Crowded,
    /// The connection ended, or the client broke the protocol.
    #[error("the request body ended early")]
    Broken,
}

/// The bytes that the bodies being read may have together; clones share them.
#[derive(Clone, Debug)]
pub(super) struct BodyBudget(Arc<Semaphore>);

impl BodyBudget {
    pub(super) fn new(bytes: u64) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    fn take(&self, bytes: u64) -> Result<OwnedSemaphorePermit, BodyProblem> {
        let bytes = u32::try_from(bytes).map_err(|_| BodyProblem::Crowded)?;
        Arc::clone(&self.0).try_acquire_many_owned(bytes).map_err(|_| BodyProblem::Crowded)
    }
}

/// A request's body under its limits.
#[derive(Debug)]
pub(super) struct LimitedBody<B> {
    inner: B,
    budget: BodyBudget,
    taken: Option<OwnedSemaphorePermit>,
    left: u64,
    limit: u64,
    time: Duration,
    end: Pin<Box<Sleep>>,
}

impl<B: HttpBody> LimitedBody<B> {
    pub(super) fn new(inner: B, config: &NetConfig, budget: &BodyBudget) -> Self {
        let (left, limit, budget) = (config.body_bytes, config.body_bytes, budget.clone());
        Self { inner, budget, taken: None, left, limit, time: config.body, end: Box::pin(sleep(config.body)) }
    }

    fn take(&mut self, bytes: u64) -> Result<(), BodyProblem> {
        self.left = self.left.checked_sub(bytes).ok_or(BodyProblem::TooLarge { limit: self.limit })?;
        let more = self.budget.take(bytes)?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for LimitedBody<B> {
    type Data = Bytes;
    type Error = BodyProblem;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyProblem>>> {
        let this = &mut *self;
        if this.inner.size_hint().lower() > this.left {
            return Poll::Ready(Some(Err(BodyProblem::TooLarge { limit: this.limit })));
        }
        if this.end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(BodyProblem::TooSlow { limit: this.time })));
        }
        Pin::new(&mut this.inner).poll_frame(cx).map(|frame| {
            let frame = frame?.map_err(|_| BodyProblem::Broken);
            Some(frame.and_then(|frame| {
                this.take(frame.data_ref().map_or(0, |data| data.len() as u64))?;
                Ok(frame)
            }))
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
        Body::new(LimitedBody::new(body, &config, &BodyBudget::new(1 << 20)))
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
    async fn bodies_that_are_read_at_once_share_a_budget() {
        let (config, budget) = (NetConfig::default(), BodyBudget::new(40));
        let mut first = LimitedBody::new(chunks(4), &config, &budget);
        for _ in 0..3 {
            first.frame().await.unwrap().unwrap();
        }
        let second = || read_body(Body::new(LimitedBody::new(chunks(3), &config, &budget)));
        assert_eq!(second().await, Err(BodyProblem::Crowded));
        drop(first);
        assert_eq!(second().await.unwrap().len(), 24);
        assert_eq!(budget.0.available_permits(), 40);
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
