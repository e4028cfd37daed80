//! One connection under watch: whether its peer still asks, listens and takes what it asked for.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
    time::Instant,
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{NetConfig, response::Answer};

/// How long a peer may take to go once it was asked to, at most.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(5);

/// The state of one connection; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Watch(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Requests whose answers are not sent or given up.
    active: usize,
    /// Whether there was a request at all.
    asked: bool,
    /// Since when there is no request.
    quiet_since: Instant,
    /// Since when the socket takes no more.
    blocked_since: Option<Instant>,
    answers: Vec<Weak<Answer>>,
}

/// What to do with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    /// Ask the peer to go; it has been quiet for long.
    Close,
    /// Go.
    Cut(&'static str),
}

/// A request in progress, until this is dropped.
#[derive(Debug)]
pub(super) struct Active(Watch);

impl Watch {
    pub(super) fn new(now: Instant) -> Self {
        let state = State { active: 0, asked: false, quiet_since: now, blocked_since: None, answers: Vec::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request began.
    pub(super) fn begin(&self) -> Active {
        let mut state = self.state();
        state.active += 1;
        state.asked = true;
        Active(self.clone())
    }

    /// An answer is on its way and may stall.
    pub(super) fn follow(&self, answer: &Arc<Answer>) {
        self.state().answers.push(Arc::downgrade(answer));
    }

    /// Drops the answers nobody has taken anything of for too long; how many.
    pub(super) fn give_up_stalled(&self, config: &NetConfig, now: Instant) -> u64 {
        let answers: Vec<_> = {
            let mut state = self.state();
            state.answers.retain(|answer| answer.strong_count() > 0);
            state.answers.iter().filter_map(Weak::upgrade).collect()
        };
        answers.iter().map(|answer| u64::from(answer.give_up_if_stalled(config.stall, now))).sum()
    }

    /// What is to be done with the connection.
    pub(super) fn verdict(&self, config: &NetConfig, now: Instant) -> Verdict {
        let state = self.state();
        let over = |since: Instant, limit| now.saturating_duration_since(since) >= limit;
        if state.blocked_since.is_some_and(|since| over(since, config.stall)) {
            return Verdict::Cut("takes nothing");
        }
        if state.active > 0 {
            return Verdict::Keep;
        }
        match (state.asked, config.idle) {
            (false, _) if over(state.quiet_since, config.head) => Verdict::Cut("asks nothing"),
            (true, idle) if over(state.quiet_since, idle + FAREWELL.min(idle)) => Verdict::Cut("stays"),
            (true, idle) if over(state.quiet_since, idle) => Verdict::Close,
            _ => Verdict::Keep,
        }
    }

    fn wrote<T>(&self, result: &Poll<io::Result<T>>) {
        let mut state = self.state();
        match result {
            Poll::Pending => state.blocked_since = state.blocked_since.or_else(|| Some(Instant::now())),
            Poll::Ready(_) => state.blocked_since = None,
        }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.active = state.active.saturating_sub(1);
        state.quiet_since = Instant::now();
    }
}

/// A socket that tells its [`Watch`] when it takes no more.
#[derive(Debug)]
pub(super) struct WatchedIo<T> {
    inner: T,
    watch: Watch,
}

impl<T> WatchedIo<T> {
    pub(super) fn new(inner: T, watch: Watch) -> Self {
        Self { inner, watch }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for WatchedIo<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for WatchedIo<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.watch.wrote(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.watch.wrote(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_flush(cx);
        self.watch.wrote(&result);
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.watch.wrote(&result);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn config() -> NetConfig {
        NetConfig { head: SECOND, idle: SECOND * 10, stall: SECOND * 5, ..NetConfig::default() }
    }

    #[test]
    fn who_asks_nothing_is_cut_and_who_asked_may_be_idle_for_longer() {
        let now = Instant::now();
        let watch = Watch::new(now);
        assert_eq!(watch.verdict(&config(), now + SECOND / 2), Verdict::Keep);
        assert_eq!(watch.verdict(&config(), now + SECOND), Verdict::Cut("asks nothing"));
        let active = watch.begin();
        assert_eq!(watch.verdict(&config(), now + SECOND * 100), Verdict::Keep);
        drop(active);
        let now = Instant::now();
        assert_eq!(watch.verdict(&config(), now + SECOND * 9), Verdict::Keep);
        assert_eq!(watch.verdict(&config(), now + SECOND * 11), Verdict::Close);
        assert_eq!(watch.verdict(&config(), now + SECOND * 16), Verdict::Cut("stays"));
    }

    #[test]
    fn a_socket_that_takes_nothing_is_cut_even_while_it_asks() {
        let watch = Watch::new(Instant::now());
        let _active = watch.begin();
        watch.wrote::<()>(&Poll::Pending);
        let now = Instant::now();
        assert_eq!(watch.verdict(&config(), now + SECOND * 4), Verdict::Keep);
        assert_eq!(watch.verdict(&config(), now + SECOND * 5), Verdict::Cut("takes nothing"));
        watch.wrote(&Poll::Ready(Ok(1)));
        assert_eq!(watch.verdict(&config(), now + SECOND * 100), Verdict::Keep);
    }
}
