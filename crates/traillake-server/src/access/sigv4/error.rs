//! What AWS answers to a request whose signature it does not take.

use axum::http::StatusCode;

/// Why a request is not taken. The texts are AWS's and say no more than AWS does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SignatureError {
    /// No `Authorization` header, or one of another kind.
    #[error("Missing Authentication Token")]
    Missing,
    /// Signed in the query.
    #[error(
        "Query string authentication is not supported by this endpoint. Sign the request in its 'Authorization' header."
    )]
    Presigned,
    /// A header that may be there once.
    #[error("'{name}' must not be given more than once.")]
    Twice {
        /// The header.
        name: &'static str,
    },
    /// An algorithm other than HMAC-SHA256.
    #[error("Unsupported AWS 'algorithm': '{algorithm}'")]
    Algorithm {
        /// What was asked for.
        algorithm: String,
    },
    /// A part of the `Authorization` header that has no `=`.
    #[error("'{part}' not a valid key=value pair (missing equal-sign) in Authorization header.")]
    NotAPair {
        /// The part.
        part: String,
    },
    /// Parts that are not there; one sentence each.
    #[error("{sentences}")]
    Incomplete {
        /// What is missing.
        sentences: String,
    },
    /// A `Credential` that is not `id/date/region/service/aws4_request`.
    #[error(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{got}'"
    )]
    Credential {
        /// What was given.
        got: String,
    },
    /// A date in no known form.
    #[error("Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601")]
    Date {
        /// What was given.
        got: String,
    },
    /// A key id nobody has, or a session token.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// The scope is not the one of this request.
    #[error("{0}")]
    Scope(String),
    /// Too old.
    #[error("Signature expired: {time} is now earlier than {earliest} ({now} - 5 min.)")]
    Expired {
        /// Of the request.
        time: String,
        /// The oldest that is taken.
        earliest: String,
        /// Of the server.
        now: String,
    },
    /// Too new.
    #[error("Signature not yet current: {time} is still later than {latest} ({now} + 5 min.)")]
    NotYetCurrent {
        /// Of the request.
        time: String,
        /// The newest that is taken.
        latest: String,
        /// Of the server.
        now: String,
    },
    /// A header that must be signed is not.
    #[error("{name} must be a 'SignedHeader' in the AWS Authorization.")]
    Unsigned {
        /// In quotation marks.
        name: String,
    },
    /// `x-amz-content-sha256` is not of this body.
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    BodyHash,
    /// The signature is another one.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
}

impl SignatureError {
    /// The exception's name.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::Presigned
            | Self::Twice { .. }
            | Self::Algorithm { .. }
            | Self::NotAPair { .. }
            | Self::Incomplete { .. }
            | Self::Credential { .. }
            | Self::Date { .. } => "IncompleteSignature",
            Self::Scope(_)
            | Self::Expired { .. }
            | Self::NotYetCurrent { .. }
            | Self::Unsigned { .. }
            | Self::BodyHash
            | Self::Mismatch => "InvalidSignatureException",
        }
    }

    /// The HTTP status of all of them: 403.
    #[expect(clippy::unused_self, reason = "the status belongs to the error, whichever it is")]
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }
}

/// What is echoed of a request: no more than this.
const ECHO_CHARS: usize = 128;

/// A text of the request, short enough to be sent back.
pub(super) fn echo(text: &str) -> String {
    text.chars().take(ECHO_CHARS).collect()
}
