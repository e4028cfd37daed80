//! Writes one event, and one log file of events, as JSON text.

use super::actor::Call;
use super::catalog::Catalog;
use super::incident::{self, Incident};
use super::plan::ObjectPlan;
use super::random::Random;
use super::template::{Caller, Compiled, Piece, Template};
use super::time::Moment;
use super::variable::{Scene, Values};
use super::world::{Account, World};
use crate::text::push;

/// Services that call for themselves or forward calls.
const SERVICES: [&str; 7] = [
    "lambda.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "s3.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "autoscaling.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
];

/// Everything that is shared by all objects of a trail.
#[derive(Debug)]
pub(crate) struct Studio {
    pub(crate) world: World,
    pub(crate) catalog: Catalog,
    pub(crate) incident: Incident,
    pub(crate) seed: u64,
}

/// Writes log files, one after the other, with its own scratch space.
#[derive(Debug)]
pub(crate) struct EventWriter<'a> {
    studio: &'a Studio,
    values: Values,
}

impl<'a> EventWriter<'a> {
    pub(crate) fn new(studio: &'a Studio) -> Self {
        Self { studio, values: Values::new() }
    }

    /// The text of a log file: `{"Records":[…]}`.
    pub(crate) fn write_object(&mut self, plan: &ObjectPlan, out: &mut String) {
        let mut random = Random::derived(self.studio.seed, &[plan.index, 7]);
        out.push_str(r#"{"Records":["#);
        for number in 0..plan.events {
            if number > 0 {
                out.push(',');
            }
            self.write_event(plan, &mut random, out);
        }
        out.push_str("]}");
    }

    fn write_event(&mut self, plan: &ObjectPlan, random: &mut Random, out: &mut String) {
        let world = &self.studio.world;
        let (Some(account), Some(region)) = (world.accounts.get(plan.account), world.regions.get(plan.region)) else {
            return;
        };
        let story = incident::strikes(plan.incident, random);
        let Some(compiled) = incident::draw(story, &self.studio.incident, &self.studio.catalog, region, random) else {
            return;
        };
        let call = call(account, &compiled.template, story, random);
        let seconds = plan.window_start + i64::try_from(random.below(300)).unwrap_or(0);
        self.values.clear();
        let scene = Scene { world, account, region, seconds, call: &call };
        Event { compiled, scene: &scene, values: &mut self.values, random }.write(out);
    }
}

/// Who makes this call.
fn call<'a>(account: &'a Account, template: &Template, story: bool, random: &mut Random) -> Call<'a> {
    let caller = match template.caller {
        Caller::Any if random.chance(850) => Caller::Workload,
        Caller::Any => Caller::Human,
        other => other,
    };
    let actors = match caller {
        _ if story => &account.attacker,
        Caller::Human => &account.humans,
        Caller::Root => &account.root,
        Caller::OtherAccount => &account.partner_roles,
        Caller::Workload | Caller::Forwarded => &account.workloads,
        _ => return Call { caller, actor: sign_in_user(account, caller, random), service: service(random) },
    };
    Call { caller, actor: random.pick_skewed(actors), service: service(random) }
}

fn sign_in_user<'a>(account: &'a Account, caller: Caller, random: &mut Random) -> Option<&'a super::actor::Actor> {
    (caller == Caller::SignIn).then(|| random.pick(account.humans.get(5..9).unwrap_or(&[]))).flatten()
}

fn service(random: &mut Random) -> &'static str {
    random.pick_skewed(&SERVICES).copied().unwrap_or("lambda.amazonaws.com")
}

struct Event<'a> {
    compiled: &'a Compiled,
    scene: &'a Scene<'a>,
    values: &'a mut Values,
    random: &'a mut Random,
}

impl Event<'_> {
    fn write(&mut self, out: &mut String) {
        let template = &self.compiled.template;
        let failed = template.error.is_some_and(|(_, _, per_mille)| self.random.chance(u64::from(per_mille)));
        self.write_identity(out);
        self.write_head(failed, out);
        self.write_parameters(failed, out);
        self.write_tail(out);
    }

    fn write_identity(&mut self, out: &mut String) {
        let Scene { account, seconds, call, .. } = self.scene;
        out.push_str(r#"{"eventVersion":"1.11","userIdentity":"#);
        match (call.caller, call.actor) {
            (Caller::SignIn, Some(actor)) => push(
                out,
                format_args!(
                    r#"{{"type":"IAMUser","accountId":"{}","accessKeyId":"","userName":"{}"}}"#,
                    account.id, actor.name
                ),
            ),
            (_, Some(actor)) => actor.write_identity(*seconds, call.forwarding_service(), out),
            (Caller::Federated, None) => push(
                out,
                format_args!(
                    r#"{{"type":"WebIdentityUser","principalId":"arn:aws:iam::{0}:oidc-provider/oidc.eks.{1}.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE:sts.amazonaws.com:system:serviceaccount:prod:checkout","userName":"system:serviceaccount:prod:checkout","identityProvider":"arn:aws:iam::{0}:oidc-provider/oidc.eks.{1}.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"}}"#,
                    account.id, self.scene.region
                ),
            ),
            (Caller::Nobody, None) => {
                push(out, format_args!(r#"{{"accountId":"{}","invokedBy":"{}"}}"#, account.id, call.service));
            }
            (_, None) => push(out, format_args!(r#"{{"type":"AWSService","invokedBy":"{}"}}"#, call.service)),
        }
    }

    fn write_head(&mut self, failed: bool, out: &mut String) {
        let template = &self.compiled.template;
        out.push_str(r#","eventTime":""#);
        Moment::from_seconds(self.scene.seconds).write_iso(out);
        push(
            out,
            format_args!(
                r#"","eventSource":"{}.amazonaws.com","eventName":"{}","awsRegion":"{}","sourceIPAddress":"{}","userAgent":"{}""#,
                template.service,
                template.name,
                self.scene.region,
                self.scene.call.address(),
                self.scene.call.user_agent(),
            ),
        );
        let Some((code, _, _)) = template.error.filter(|_| failed) else { return };
        if !code.is_empty() {
            push(out, format_args!(r#","errorCode":"{code}""#));
        }
        if !self.compiled.error_message.is_empty() {
            out.push_str(r#","errorMessage":""#);
            self.fill(&self.compiled.error_message, out);
            out.push('"');
        }
    }

    fn write_parameters(&mut self, failed: bool, out: &mut String) {
        out.push_str(r#","requestParameters":"#);
        self.fill_or_null(&self.compiled.request, out);
        out.push_str(r#","responseElements":"#);
        if failed && self.compiled.template.service == "signin" {
            out.push_str(r#"{"ConsoleLogin":"Failure"}"#);
        } else if failed {
            out.push_str("null");
        } else {
            self.fill_or_null(&self.compiled.response, out);
        }
        if !self.compiled.extra.is_empty() {
            out.push_str(r#","additionalEventData":"#);
            self.fill(&self.compiled.extra, out);
        }
    }

    fn write_tail(&mut self, out: &mut String) {
        let template = &self.compiled.template;
        self.write_ids(out);
        push(out, format_args!(r#","readOnly":{}"#, template.read_only));
        if !self.compiled.resources.is_empty() {
            out.push_str(r#","resources":"#);
            self.fill(&self.compiled.resources, out);
        }
        let account = &self.scene.account.id;
        push(
            out,
            format_args!(
                r#","eventType":"{}","managementEvent":{},"recipientAccountId":"{account}""#,
                template.event_type, !template.data
            ),
        );
        if template.shared {
            out.push_str(r#","sharedEventID":""#);
            self.random.uuid(out);
            out.push('"');
        }
        if !self.compiled.details.is_empty() {
            out.push_str(r#","serviceEventDetails":"#);
            self.fill(&self.compiled.details, out);
        }
        push(out, format_args!(r#","eventCategory":"{}""#, if template.data { "Data" } else { "Management" }));
        self.write_transport(out);
        out.push('}');
    }

    /// S3 has request ids of its own; sign-in and service events have none.
    fn write_ids(&mut self, out: &mut String) {
        let template = &self.compiled.template;
        if template.event_type == "AwsApiCall" {
            out.push_str(r#","requestID":""#);
            if template.service == "s3" {
                self.random.base32(out, 16);
            } else {
                self.random.uuid(out);
            }
            out.push('"');
        }
        out.push_str(r#","eventID":""#);
        self.random.uuid(out);
        out.push('"');
    }

    fn write_transport(&self, out: &mut String) {
        let (template, call) = (&self.compiled.template, self.scene.call);
        let direct = call.actor.is_some() && call.forwarding_service().is_none();
        if !direct {
            return;
        }
        let version = if call.user_agent().starts_with("aws-sdk-java") { "TLSv1.2" } else { "TLSv1.3" };
        let suite = if version == "TLSv1.2" { "ECDHE-RSA-AES128-GCM-SHA256" } else { "TLS_AES_128_GCM_SHA256" };
        push(
            out,
            format_args!(
                r#","tlsDetails":{{"tlsVersion":"{version}","cipherSuite":"{suite}","clientProvidedHostHeader":"{}."#,
                template.service
            ),
        );
        if !template.global {
            push(out, format_args!("{}.", self.scene.region));
        }
        out.push_str(r#"amazonaws.com"}"#);
        if call.is_from_console() && template.event_type == "AwsApiCall" {
            out.push_str(r#","sessionCredentialFromConsole":"true""#);
        }
    }

    fn fill_or_null(&mut self, pieces: &[Piece], out: &mut String) {
        if pieces.is_empty() {
            out.push_str("null");
        }
        self.fill(pieces, out);
    }

    fn fill(&mut self, pieces: &[Piece], out: &mut String) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(variable) => self.values.write(*variable, self.scene, self.random, out),
            }
        }
    }
}
