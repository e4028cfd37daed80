//! The variables of event templates: drawn once per event, so that a bucket in the request is the bucket in the resources.

use std::ops::Range;

use super::actor::Call;
use super::random::Random;
use super::time::Moment;
use super::world::{Account, World};
use crate::text::push;

macro_rules! variables {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// A place in a template.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Variable { $($variant),* }

        impl Variable {
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }

        const COUNT: usize = [$($name),*].len();
    };
}

variables! {
    Account = "account", OtherAccount = "otheraccount", Region = "region", CallerArn = "caller", UserAgent = "useragent",
    Address = "address", Time = "time", TimeMillis = "timems", TimeText = "timetext", Expiration = "expiration",
    Bucket = "bucket", ObjectKey = "objectkey", Bytes = "bytes", AmzId = "amzid", Etag = "etag",
    KmsKey = "kmskey", Role = "role", Session = "session", SessionToken = "sessiontoken", NewAccessKey = "newkey",
    RoleId = "roleid", User = "user", UserKey = "userkey", Email = "email", Policy = "policy",
    Instance = "instance", InstanceType = "itype", Image = "ami", Subnet = "subnet", Vpc = "vpc", SecurityGroup = "sg",
    Volume = "volume", Interface = "eni", Snapshot = "snapshot", Zone = "zone", PrivateAddress = "privateip", Port = "port",
    Function = "function", Table = "table", Queue = "queue", Topic = "topic", Secret = "secret", Parameter = "parameter",
    LogGroup = "loggroup", LogStream = "logstream", Cluster = "cluster", Service = "service", Repository = "repo",
    Digest = "digest", Database = "db", Stack = "stack", Alarm = "alarm", HostedZone = "hostedzone", Distribution = "distribution",
    Uuid = "uuid", SecondUuid = "uuid2", ShortHex = "hex", LongHex = "hex17", Token = "nexttoken", Number = "number", Workflow = "workflow",
}

/// The values of one event.
#[derive(Debug)]
pub(crate) struct Values {
    text: String,
    drawn: [Option<(usize, usize)>; COUNT],
}

/// What values are drawn from.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World,
    pub(crate) account: &'a Account,
    pub(crate) region: &'static str,
    pub(crate) seconds: i64,
    pub(crate) call: &'a Call<'a>,
}

impl Values {
    pub(crate) fn new() -> Self {
        Self { text: String::new(), drawn: [None; COUNT] }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.drawn = [None; COUNT];
    }

    pub(crate) fn write(&mut self, variable: Variable, scene: &Scene<'_>, random: &mut Random, out: &mut String) {
        let range = self.range(variable, scene, random);
        out.push_str(&self.text[range]);
    }

    fn range(&mut self, variable: Variable, scene: &Scene<'_>, random: &mut Random) -> Range<usize> {
        let slot = variable as usize;
        let (start, end) = self.drawn[slot].unwrap_or_else(|| {
            let start = self.text.len();
            draw(variable, scene, random, &mut self.text);
            (start, self.text.len())
        });
        self.drawn[slot] = Some((start, end));
        start..end
    }
}

fn draw(variable: Variable, scene: &Scene<'_>, random: &mut Random, out: &mut String) {
    match variable {
        Variable::Account => out.push_str(&scene.account.id),
        Variable::OtherAccount => out.push_str(&scene.world.partner),
        Variable::Region => out.push_str(scene.region),
        Variable::CallerArn => scene.call.write_arn(out),
        Variable::UserAgent => out.push_str(scene.call.user_agent()),
        Variable::Address => out.push_str(scene.call.address()),
        Variable::Time | Variable::TimeMillis | Variable::TimeText | Variable::Expiration => {
            draw_time(variable, scene.seconds, out);
        }
        _ => draw_thing(variable, scene, random, out),
    }
}

fn draw_time(variable: Variable, seconds: i64, out: &mut String) {
    match variable {
        Variable::TimeMillis => push(out, format_args!("{seconds}000")),
        Variable::TimeText => Moment::from_seconds(seconds).write_american(out),
        Variable::Expiration => Moment::from_seconds(seconds + 3600).write_american(out),
        _ => Moment::from_seconds(seconds).write_iso(out),
    }
}

/// Names of the account's own things: few, and some of them far busier than others.
fn draw_thing(variable: Variable, scene: &Scene<'_>, random: &mut Random, out: &mut String) {
    let account = scene.account;
    let pool = match variable {
        Variable::Bucket => &account.buckets,
        Variable::KmsKey => &account.kms_keys,
        Variable::Role => &account.role_names,
        Variable::User => &account.user_names,
        Variable::Instance => &account.instances,
        Variable::Subnet => &account.subnets,
        Variable::Vpc => &account.vpcs,
        Variable::SecurityGroup => &account.security_groups,
        Variable::Volume => &account.volumes,
        Variable::Function => &account.functions,
        Variable::Table => &account.tables,
        Variable::Queue => &account.queues,
        Variable::Topic => &account.topics,
        Variable::Secret => &account.secrets,
        Variable::Parameter => &account.parameters,
        Variable::LogGroup => &account.log_groups,
        Variable::Cluster => &account.clusters,
        Variable::Repository => &account.repositories,
        Variable::Database => &account.databases,
        Variable::Stack => &account.stacks,
        _ => return draw_random(variable, scene, random, out),
    };
    out.push_str(random.pick_skewed(pool).map_or("none", String::as_str));
}

fn draw_random(variable: Variable, scene: &Scene<'_>, random: &mut Random, out: &mut String) {
    match variable {
        Variable::ObjectKey => draw_object_key(scene.seconds, random, out),
        Variable::Bytes => {
            let magnitude = 10_u64.pow(u32::try_from(random.between(2, 8)).unwrap_or(2));
            push(out, format_args!("{}", random.between(magnitude / 10, magnitude)));
        }
        Variable::AmzId => {
            random.base64(out, 75);
            out.push('=');
        }
        Variable::Etag | Variable::ShortHex => random.hex(out, 32),
        Variable::LongHex => random.hex(out, 17),
        Variable::Digest => random.hex(out, 64),
        Variable::Session => push(
            out,
            format_args!("{}-{}", random.pick(SESSIONS).unwrap_or(&"session"), random.between(1_000_000, 9_999_999)),
        ),
        Variable::SessionToken => random.base64(out, 420),
        Variable::NewAccessKey => prefixed(out, "ASIA", random, 16),
        Variable::UserKey => prefixed(out, "AKIA", random, 16),
        Variable::RoleId => prefixed(out, "AROA", random, 17),
        Variable::Email => push(out, format_args!("{}@example.com", random.pick(NAMES).unwrap_or(&"anna"))),
        Variable::Token => random.base64(out, 96),
        Variable::Uuid | Variable::SecondUuid => random.uuid(out),
        Variable::Number => push(out, format_args!("{}", random.between(1, 5000))),
        Variable::LogStream => {
            push(out, format_args!("{}/[$LATEST]", scene.seconds / 86_400));
            random.hex(out, 32);
        }
        Variable::PrivateAddress => {
            push(out, format_args!("10.{}.{}.{}", random.below(4), random.below(64), random.between(4, 250)));
        }
        Variable::Interface => prefixed_hex(out, "eni-0", random),
        Variable::Snapshot => prefixed_hex(out, "snap-0", random),
        Variable::HostedZone => prefixed(out, "Z0", random, 18),
        Variable::Distribution => prefixed(out, "E2", random, 11),
        _ => draw_choice(variable, scene.region, random, out),
    }
}

fn draw_choice(variable: Variable, region: &str, random: &mut Random, out: &mut String) {
    let choices = match variable {
        Variable::Policy => POLICIES,
        Variable::InstanceType => &["m6i.large", "t3.medium", "c6g.xlarge", "r6i.2xlarge", "t4g.small"],
        Variable::Image => &["ami-0c7217cdde317cfec", "ami-029eb80bc237bec6f", "ami-0f403e3180720dd7e"],
        Variable::Port => &["443", "22", "5432", "3306", "8080", "3389"],
        Variable::Service => &["checkout", "catalog", "search", "payments", "notifications", "reports"],
        Variable::Alarm => &["checkout-5xx", "orders-queue-age", "db-cpu-high", "lambda-errors", "disk-full"],
        Variable::Workflow => &["nightly-billing", "order-fulfilment", "image-resize", "etl-events"],
        Variable::Zone => {
            out.push_str(region);
            &["a", "b", "c"][..]
        }
        _ => &[""],
    };
    out.push_str(random.pick(choices).unwrap_or(&""));
}

fn draw_object_key(seconds: i64, random: &mut Random, out: &mut String) {
    out.push_str(random.pick_skewed(PREFIXES).unwrap_or(&"data"));
    out.push('/');
    Moment::from_seconds(seconds).write_folders(out);
    push(out, format_args!("/part-{:05}-", random.below(400)));
    random.hex(out, 12);
    out.push_str(random.pick(&[".parquet", ".json.gz", ".csv", ".png", ".avro"]).unwrap_or(&""));
}

fn prefixed(out: &mut String, prefix: &str, random: &mut Random, length: usize) {
    out.push_str(prefix);
    random.base32(out, length);
}

fn prefixed_hex(out: &mut String, prefix: &str, random: &mut Random) {
    out.push_str(prefix);
    random.hex(out, 16);
}

const SESSIONS: &[&str] = &["botocore-session", "aws-go-sdk", "deploy", "etl", "backup", "scan"];
const PREFIXES: &[&str] = &["raw/events", "curated/orders", "exports", "logs/alb", "images", "backups/daily", "tmp"];
const POLICIES: &[&str] = &[
    "ReadOnlyAccess",
    "PowerUserAccess",
    "AmazonS3ReadOnlyAccess",
    "CloudWatchAgentServerPolicy",
    "AdministratorAccess",
];
/// First names of the people of an account.
pub(crate) const NAMES: &[&str] = &[
    "anna", "ben", "carla", "deniz", "emil", "fatima", "goran", "hana", "ivan", "julia", "kofi", "lena", "marco",
    "nadia", "omar", "petra", "quinn", "rosa", "sven", "tara",
];
