//! Functions of which there is one of a name.

/// Makes functions equal, and hash alike, by their `name()`: what else they hold is code.
macro_rules! equal_by_name {
    ($function:ty) => {
        impl PartialEq for $function {
            fn eq(&self, other: &Self) -> bool {
                self.name() == other.name()
            }
        }

        impl Eq for $function {}

        impl std::hash::Hash for $function {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.name().hash(state);
            }
        }
    };
}

pub(crate) use equal_by_name;
