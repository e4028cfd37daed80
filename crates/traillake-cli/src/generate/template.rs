//! Event templates: JSON text with `<variables>`, compiled once into pieces.

use super::variable::Variable;

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A role in use by a machine: instances, functions, tasks, pipelines.
    Workload,
    /// A person through single sign-on, the console or an access key.
    Human,
    /// Workloads mostly, people at times.
    Any,
    /// An AWS service for itself (`invokedBy`).
    Service,
    /// A workload through an AWS service (`invokedBy` beside the session).
    Forwarded,
    /// A federated identity that has no session yet.
    Federated,
    /// A person at the sign-in page, by name.
    SignIn,
    /// The root user.
    Root,
    /// A role of another account.
    OtherAccount,
    /// No one: an `AwsServiceEvent`.
    Nobody,
}

/// One kind of event.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table of constants, built by named steps")]
pub(crate) struct Template {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) weight: u32,
    pub(crate) caller: Caller,
    pub(crate) read_only: bool,
    pub(crate) data: bool,
    /// The request parameters, `null` when empty.
    pub(crate) request: &'static str,
    pub(crate) response: &'static str,
    pub(crate) extra: &'static str,
    pub(crate) resources: &'static str,
    pub(crate) service_details: &'static str,
    pub(crate) event_type: &'static str,
    /// Error code and message of a call that fails, and how many in a thousand do.
    pub(crate) error: Option<(&'static str, &'static str, u32)>,
    /// Global services write to us-east-1 only.
    pub(crate) global: bool,
    /// Made in another account, seen in both.
    pub(crate) shared: bool,
}

impl Template {
    pub(crate) const fn read(service: &'static str, name: &'static str, weight: u32) -> Self {
        Self {
            service,
            name,
            weight,
            caller: Caller::Any,
            read_only: true,
            data: false,
            request: "",
            response: "",
            extra: "",
            resources: "",
            service_details: "",
            event_type: "AwsApiCall",
            error: None,
            global: false,
            shared: false,
        }
    }

    pub(crate) const fn write(service: &'static str, name: &'static str, weight: u32) -> Self {
        let mut template = Self::read(service, name, weight);
        template.read_only = false;
        template
    }

    pub(crate) const fn by(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
    }

    pub(crate) const fn data(mut self) -> Self {
        self.data = true;
        self
    }

    pub(crate) const fn global(mut self) -> Self {
        self.global = true;
        self
    }

    pub(crate) const fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    pub(crate) const fn request(mut self, text: &'static str) -> Self {
        self.request = text;
        self
    }

    pub(crate) const fn response(mut self, text: &'static str) -> Self {
        self.response = text;
        self
    }

    pub(crate) const fn extra(mut self, text: &'static str) -> Self {
        self.extra = text;
        self
    }

    pub(crate) const fn resources(mut self, text: &'static str) -> Self {
        self.resources = text;
        self
    }

    pub(crate) const fn details(mut self, text: &'static str) -> Self {
        self.service_details = text;
        self.event_type = "AwsServiceEvent";
        self
    }

    pub(crate) const fn event_type(mut self, text: &'static str) -> Self {
        self.event_type = text;
        self
    }

    pub(crate) const fn fails(mut self, per_mille: u32, code: &'static str, message: &'static str) -> Self {
        self.error = Some((code, message, per_mille));
        self
    }
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(&'static str),
    Value(Variable),
}

/// The pieces of a text; an unknown `<name>` stays text (a test finds it).
pub(crate) fn pieces(text: &'static str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, name, after)) = next_variable(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Value(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn next_variable(text: &'static str) -> Option<(&'static str, Variable, &'static str)> {
    let (before, rest) = text.split_once('<')?;
    let (name, after) = rest.split_once('>')?;
    Some((before, Variable::named(name)?, after))
}

/// A template ready to be written.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) template: Template,
    pub(crate) request: Vec<Piece>,
    pub(crate) response: Vec<Piece>,
    pub(crate) extra: Vec<Piece>,
    pub(crate) resources: Vec<Piece>,
    pub(crate) details: Vec<Piece>,
    pub(crate) error_message: Vec<Piece>,
}

impl Compiled {
    pub(crate) fn new(template: &Template) -> Self {
        Self {
            template: *template,
            request: pieces(template.request),
            response: pieces(template.response),
            extra: pieces(template.extra),
            resources: pieces(template.resources),
            details: pieces(template.service_details),
            error_message: pieces(template.error.map_or("", |(_, message, _)| message)),
        }
    }
}
