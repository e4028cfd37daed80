//! Where a value stands in its lines: only one of a single line is resynchronised at the next.

/// The lines of a value, so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lines {
    at_start: bool,
    many: bool,
}

impl Lines {
    /// A line ended.
    pub(super) fn end(&mut self) {
        self.at_start = true;
    }

    /// Something other than white space came.
    pub(super) fn go_on(&mut self) {
        self.many |= self.at_start;
        self.at_start = false;
    }

    /// A part of the value stands here now.
    pub(super) fn follow(&mut self, part: Self) {
        self.at_start = part.at_start;
        self.many |= part.many;
    }

    /// A line end inside a string, and the string goes on.
    pub(super) fn go_on_in_string(&mut self) {
        self.many = true;
    }

    /// The value goes on after a line end.
    pub(super) fn are_many(self) -> bool {
        self.many
    }

    /// The value's first line has ended, and only white space came since.
    pub(super) fn first_has_ended(self) -> bool {
        self.at_start && !self.many
    }
}
