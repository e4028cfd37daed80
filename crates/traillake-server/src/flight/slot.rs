//! One message on its way from a query to a client: made when the one before was taken.
//!
//! A client that stops reading leaves its message here. The query's side can replace it by an error, so that
//! nothing of a result is held for a client that does not come back for it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use arrow_flight::FlightData;
use futures::Stream;
use futures::task::AtomicWaker;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::Status;

type Message = Result<FlightData, Status>;

#[derive(Default)]
struct Slot {
    held: Mutex<Held>,
    /// Told when a message was taken.
    taken: Notify,
    /// Woken when a message was put, or the last one was.
    reader: AtomicWaker,
}

#[derive(Default)]
struct Held {
    message: Option<Message>,
    is_over: bool,
}

impl Slot {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The query's side. Dropping it ends the stream after the message that is held.
pub(super) struct Sender(Arc<Slot>);

/// The client's side. Dropping it cancels the query.
pub(super) struct Receiver {
    slot: Arc<Slot>,
    _cancels: DropGuard,
}

/// Both sides of a slot; `query` is cancelled when the client goes.
pub(super) fn slot(query: &CancellationToken) -> (Sender, Receiver) {
    let slot = Arc::new(Slot::default());
    (Sender(Arc::clone(&slot)), Receiver { slot, _cancels: query.clone().drop_guard() })
}

impl Sender {
    /// Waits until the message before was taken. Nothing is lost when this future is dropped.
    pub(super) async fn ready(&self) {
        loop {
            let taken = self.0.taken.notified();
            if self.0.held().message.is_none() {
                return;
            }
            taken.await;
        }
    }

    /// Holds a message for the client, in place of one that it has not taken.
    pub(super) fn put(&self, message: Message) {
        self.0.held().message = Some(message);
        self.0.reader.wake();
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.held().is_over = true;
        self.0.reader.wake();
    }
}

impl Stream for Receiver {
    type Item = Message;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        self.slot.reader.register(context.waker());
        let (message, is_over) = {
            let mut held = self.slot.held();
            (held.message.take(), held.is_over)
        };
        match message {
            Some(message) => {
                self.slot.taken.notify_one();
                Poll::Ready(Some(message))
            }
            None if is_over => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::StreamExt;

    use super::*;

    fn message(text: &'static str) -> FlightData {
        FlightData::new().with_app_metadata(text.as_bytes())
    }

    #[tokio::test]
    async fn a_message_waits_until_the_one_before_was_taken() {
        let query = CancellationToken::new();
        let (sender, mut receiver) = slot(&query);
        let sent = tokio::spawn(async move {
            for text in ["a", "b", "c"] {
                sender.ready().await;
                sender.put(Ok(message(text)));
            }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!sent.is_finished(), "the client has taken nothing");
        let mut taken = Vec::new();
        while let Some(message) = receiver.next().await {
            taken.push(message.unwrap().app_metadata);
        }
        assert_eq!(taken, ["a", "b", "c"]);
    }

    #[tokio::test]
    async fn an_error_takes_the_place_of_a_message_nobody_took() {
        let (sender, mut receiver) = slot(&CancellationToken::new());
        sender.put(Ok(message("a")));
        sender.put(Err(Status::cancelled("too slow")));
        drop(sender);
        assert_eq!(receiver.next().await.unwrap().unwrap_err().message(), "too slow");
        assert!(receiver.next().await.is_none());
    }

    #[tokio::test]
    async fn a_client_that_goes_cancels_its_query() {
        let query = CancellationToken::new();
        let (_sender, receiver) = slot(&query);
        assert!(!query.is_cancelled());
        drop(receiver);
        assert!(query.is_cancelled());
    }
}
