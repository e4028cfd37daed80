//! The accounts of a trail: their people, workloads and resources, all from the seed.

use super::actor::{Actor, ActorKind};
use super::random::Random;
use super::variable::NAMES;
use crate::text::push;

/// Regions from the busiest to the quietest.
const REGIONS: [&str; 17] = [
    "us-east-1",
    "eu-west-1",
    "us-west-2",
    "eu-central-1",
    "ap-southeast-2",
    "us-east-2",
    "ap-northeast-1",
    "eu-west-2",
    "ca-central-1",
    "sa-east-1",
    "ap-south-1",
    "eu-north-1",
    "us-west-1",
    "ap-southeast-1",
    "eu-west-3",
    "ap-northeast-2",
    "ap-northeast-3",
];

/// Everything that exists before the first event.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) regions: Vec<&'static str>,
    /// An account outside the trail that has roles in it.
    pub(crate) partner: String,
}

/// One account.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) workloads: Vec<Actor>,
    pub(crate) humans: Vec<Actor>,
    pub(crate) partner_roles: Vec<Actor>,
    pub(crate) root: Vec<Actor>,
    pub(crate) attacker: Vec<Actor>,
    pub(crate) user_names: Vec<String>,
    pub(crate) role_names: Vec<String>,
    pub(crate) buckets: Vec<String>,
    pub(crate) kms_keys: Vec<String>,
    pub(crate) instances: Vec<String>,
    pub(crate) subnets: Vec<String>,
    pub(crate) vpcs: Vec<String>,
    pub(crate) security_groups: Vec<String>,
    pub(crate) volumes: Vec<String>,
    pub(crate) functions: Vec<String>,
    pub(crate) tables: Vec<String>,
    pub(crate) queues: Vec<String>,
    pub(crate) topics: Vec<String>,
    pub(crate) secrets: Vec<String>,
    pub(crate) parameters: Vec<String>,
    pub(crate) log_groups: Vec<String>,
    pub(crate) clusters: Vec<String>,
    pub(crate) repositories: Vec<String>,
    pub(crate) databases: Vec<String>,
    pub(crate) stacks: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64, accounts: u32, regions: u32) -> Self {
        let mut random = Random::derived(seed, &[u64::MAX]);
        let mut partner = String::from("4");
        random.digits(&mut partner, 11);
        let accounts = (0..accounts).map(|n| Account::new(seed, u64::from(n), &partner)).collect();
        let count = usize::try_from(regions).unwrap_or(1);
        Self { accounts, regions: REGIONS.into_iter().take(count).collect(), partner }
    }
}

impl Account {
    fn new(seed: u64, number: u64, partner: &str) -> Self {
        let mut random = Random::derived(seed, &[u64::MAX, number]);
        let mut account = Self::default();
        account.id.push(char::from(b'1' + u8::try_from(number % 8).unwrap_or(0)));
        random.digits(&mut account.id, 11);
        account.name_things(&mut random);
        account.add_workloads(&mut random);
        account.add_humans(&mut random);
        account.add_outsiders(&mut random, partner);
        account
    }

    fn name_things(&mut self, random: &mut Random) {
        let id = self.id.clone();
        let teams = ["payments", "catalog", "search", "data", "platform"];
        let team = |n: usize| teams[n % teams.len()];
        self.buckets = named(18, |n, out| {
            push(out, format_args!("{}-{}-{id}", team(n), ["events", "assets", "exports", "logs"][n % 4]));
        });
        self.functions = named(14, |n, out| {
            push(out, format_args!("{}-{}", team(n), ["ingest", "resize-images", "notify", "rollup"][n % 4]));
        });
        self.tables =
            named(9, |n, out| push(out, format_args!("{}-{}", team(n), ["orders", "sessions", "carts"][n % 3])));
        self.queues = named(7, |n, out| push(out, format_args!("{}-jobs-{n}", team(n))));
        self.topics = named(4, |n, out| push(out, format_args!("{}-alerts", team(n))));
        self.parameters = named(16, |n, out| push(out, format_args!("/{}/prod/setting-{n}", team(n))));
        self.log_groups = named(14, |n, out| push(out, format_args!("/aws/lambda/{}-{n}", team(n))));
        self.clusters = named(3, |n, out| push(out, format_args!("{}-prod", team(n))));
        self.repositories = named(8, |n, out| push(out, format_args!("{}/service-{n}", team(n))));
        self.databases = named(5, |n, out| push(out, format_args!("{}-db-{n}", team(n))));
        self.stacks = named(6, |n, out| push(out, format_args!("{}-stack-{n}", team(n))));
        self.user_names = NAMES.iter().take(9).map(|name| (*name).to_owned()).collect();
        self.role_names = named(22, |n, out| {
            push(out, format_args!("{}-{}", team(n), ["service", "batch", "deploy", "readonly", "lambda"][n / 5 % 5]));
        });
        self.kms_keys = drawn(8, random, Random::uuid);
        self.secrets = drawn(11, random, |random, out| {
            out.push_str("prod/db-credentials-");
            random.base62(out, 6);
        });
        self.instances = drawn(40, random, |random, out| hex_id(out, "i-0", random));
        self.volumes = drawn(30, random, |random, out| hex_id(out, "vol-0", random));
        self.subnets = drawn(9, random, |random, out| hex_id(out, "subnet-0", random));
        self.vpcs = drawn(3, random, |random, out| hex_id(out, "vpc-0", random));
        self.security_groups = drawn(20, random, |random, out| hex_id(out, "sg-0", random));
    }

    fn add_workloads(&mut self, random: &mut Random) {
        let agents = [
            "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/s3#1.58.2",
            "Boto3/1.34.144 md/Botocore#1.34.144 ua/2.0 os/linux#6.1.97-104.177.amzn2023.x86_64 md/arch#x86_64 lang/python#3.12.4 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.144",
            "aws-sdk-java/2.26.20 Linux/5.10.220-209.869.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.12+7-LTS Java/17.0.12 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/standard",
            "aws-sdk-nodejs/2.1659.0 linux/v20.15.1 exec-env/AWS_Lambda_nodejs20.x promise",
            "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.58.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22.5",
            "aws-sdk-go/1.54.20 (go1.22.5; linux; amd64) amazon-ssm-agent/3.3.551.0",
        ];
        for (n, role) in self.role_names.clone().into_iter().enumerate() {
            let mut session = String::new();
            match n % 3 {
                0 => session.push_str(random.pick(&self.instances).map_or("i-0", String::as_str)),
                1 => session.push_str(random.pick(&self.functions).map_or("function", String::as_str)),
                _ => {
                    session.push_str("botocore-session-17");
                    random.digits(&mut session, 8);
                }
            }
            let address = format!("52.{}.{}.{}", 20 + n % 30, random.below(250), random.between(1, 250));
            let agent = agents[n % agents.len()];
            self.workloads.push(Actor::new(
                ActorKind::Role { instance: n % 3 == 0 },
                &self.id,
                &role,
                &session,
                &address,
                agent,
                random,
            ));
        }
    }

    fn add_humans(&mut self, random: &mut Random) {
        let agents = [
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "aws-cli/2.17.13 md/awscrt#0.20.11 ua/2.0 os/macos#23.5.0 md/arch#arm64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off",
        ];
        for (n, name) in NAMES.iter().enumerate() {
            let address = format!("198.51.100.{}", 10 + n);
            let agent = agents[n % agents.len()];
            let kind = match n {
                0..5 => ActorKind::User,
                5..9 => ActorKind::ConsoleUser,
                _ => ActorKind::SingleSignOn,
            };
            let role = ["AWSReservedSSO_Developer_3f1c9a5be7d2046a", "AWSReservedSSO_ReadOnly_a04e7d21c95b3f68"][n % 2];
            let (name, session) = if n < 9 {
                ((*name).to_owned(), String::new())
            } else {
                (role.to_owned(), format!("{name}@example.com"))
            };
            self.humans.push(Actor::new(kind, &self.id, &name, &session, &address, agent, random));
        }
    }

    fn add_outsiders(&mut self, random: &mut Random, partner: &str) {
        self.partner_roles.push(Actor::new(
            ActorKind::OtherAccount,
            partner,
            "monitoring-integration",
            "partner-poller",
            "203.0.113.40",
            "aws-sdk-java/1.12.761 Linux/6.1.92 OpenJDK_64-Bit_Server_VM/21.0.3 java/21.0.3 vendor/Eclipse_Adoptium cfg/retry-mode/legacy",
            random,
        ));
        self.root.push(Actor::new(
            ActorKind::Root,
            &self.id,
            "root",
            "",
            "198.51.100.7",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
            random,
        ));
        self.attacker.push(Actor::new(
            ActorKind::User,
            &self.id,
            "backup-service",
            "",
            "203.0.113.77",
            "aws-cli/2.13.0 Python/3.11.4 Linux/6.5.0-kali3-amd64 exe/x86_64.kali.2023 prompt/off",
            random,
        ));
    }
}

fn named(count: usize, name: impl Fn(usize, &mut String)) -> Vec<String> {
    (0..count)
        .map(|n| {
            let mut text = String::new();
            name(n, &mut text);
            text
        })
        .collect()
}

fn drawn(count: usize, random: &mut Random, mut draw: impl FnMut(&mut Random, &mut String)) -> Vec<String> {
    (0..count)
        .map(|_| {
            let mut text = String::new();
            draw(random, &mut text);
            text
        })
        .collect()
}

fn hex_id(out: &mut String, prefix: &str, random: &mut Random) {
    out.push_str(prefix);
    random.hex(out, 16);
}
