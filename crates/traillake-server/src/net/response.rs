//! Answers that may stall: when a client takes no more of one, what makes it is let go.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::watch::{Active, Watch};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What makes an answer, which can be let go from outside.
///
/// HTTP/2 stops asking for frames when the client's window is full, and then nothing runs that could end it: so the
/// connection looks at its answers from time to time.
#[derive(Debug)]
pub(super) struct Answer(Mutex<Source>);

#[derive(Debug)]
struct Source {
    /// `None` once it was given up.
    body: Option<Body>,
    /// Since when it is the client's turn.
    offered_since: Option<Instant>,
}

/// Nobody took the answer.
#[derive(Debug, thiserror::Error)]
#[error("the client took nothing of the answer for too long")]
struct Stalled;

impl Answer {
    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of what makes the answer if the client has taken nothing for so long; whether it did.
    pub(super) fn give_up_if_stalled(&self, limit: Duration, now: Instant) -> bool {
        let given_up = {
            let mut source = self.source();
            let since = source.offered_since;
            let stalled = since.is_some_and(|since| now.saturating_duration_since(since) >= limit);
            source.body.take_if(|_| stalled)
        };
        given_up.is_some()
    }
}

/// The body of an answer. The request is over when it is sent or dropped.
#[derive(Debug)]
pub(super) struct AnswerBody {
    answer: Arc<Answer>,
    _active: Active,
}

impl AnswerBody {
    pub(super) fn new(body: Body, watch: &Watch, active: Active) -> Self {
        let source = Source { body: Some(body), offered_since: Some(Instant::now()) };
        let answer = Arc::new(Answer(Mutex::new(source)));
        watch.follow(&answer);
        Self { answer, _active: active }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut source = self.answer.source();
        let Some(body) = &mut source.body else { return Poll::Ready(Some(Err(Stalled.into()))) };
        let frame = Pin::new(body).poll_frame(cx).map_err(Into::into);
        source.offered_since = matches!(frame, Poll::Ready(Some(Ok(_)))).then(Instant::now);
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.answer.source().body.as_ref().is_some_and(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.answer.source().body.as_ref().map_or_else(SizeHint::new, HttpBody::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};
    use http_body_util::BodyExt;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn answer(body: Body) -> (AnswerBody, Watch) {
        let watch = Watch::new(Instant::now());
        let active = watch.begin();
        (AnswerBody::new(body, &watch, active), watch)
    }

    #[tokio::test]
    async fn an_answer_is_given_up_only_while_it_is_the_clients_turn() {
        let frames = stream::iter([Ok::<_, BoxError>("one"), Ok("two")]).chain(stream::pending());
        let (mut body, _watch) = answer(Body::from_stream(frames));
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "one");
        let now = Instant::now();
        assert!(!body.answer.give_up_if_stalled(SECOND, now));
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "two");
        // Now the server owes the next frame.
        assert!(futures::poll!(body.frame()).is_pending());
        assert!(!body.answer.give_up_if_stalled(SECOND, now + SECOND * 100));
    }

    #[tokio::test]
    async fn what_makes_a_stalled_answer_is_dropped_and_the_client_sees_an_error() {
        let held = Arc::new(());
        let frames = stream::repeat_with({
            let held = Arc::clone(&held);
            move || Ok::<_, BoxError>(format!("{}", Arc::strong_count(&held)))
        });
        let (mut body, watch) = answer(Body::from_stream(frames));
        body.frame().await.unwrap().unwrap();
        let config = crate::net::NetConfig { stall: SECOND, ..Default::default() };
        assert_eq!(watch.give_up_stalled(&config, Instant::now() + SECOND * 2), 1);
        assert_eq!(Arc::strong_count(&held), 1);
        assert!(body.frame().await.unwrap().unwrap_err().to_string().contains("took nothing"));
        assert_eq!(watch.give_up_stalled(&config, Instant::now() + SECOND * 4), 0);
    }

    #[tokio::test]
    async fn sizes_are_those_of_the_body() {
        let (body, _watch) = answer(Body::from("abc"));
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
    }
}
