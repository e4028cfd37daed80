//! The same promises on a folder and on S3: every function listed here runs once on each.

mod content;
mod damage;
mod hostile;
mod ingest;
mod retention;
mod selection;
mod stores;

/// Makes a test on a folder and one on S3 of every `async fn name(place: Place)`.
macro_rules! on_every_place {
    ($($name:ident),* $(,)?) => {
        mod on_a_folder {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::support::Place::new($crate::support::Backend::Folder).await).await;
            })*
        }
        mod on_s3 {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::support::Place::new($crate::support::Backend::S3).await).await;
            })*
        }
    };
}
use on_every_place;
