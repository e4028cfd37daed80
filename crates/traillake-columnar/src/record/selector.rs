//! What advanced event selectors ask of a record.

use std::borrow::Cow;

use traillake_model::{SelectorField, SelectorInput, SelectorResource};

use super::EventRecord;
use crate::tape::NodeKind;

impl SelectorInput for EventRecord<'_> {
    fn text(&self, field: SelectorField) -> Option<Cow<'_, str>> {
        let known = self.schema.known();
        let column = match field {
            SelectorField::EventCategory => return Some(self.event_category().as_str().into()),
            SelectorField::EventSource => known.event_source,
            SelectorField::ReadOnly => known.read_only,
            SelectorField::EventName => known.event_name,
            SelectorField::EventType => known.event_type,
            SelectorField::SessionCredentialFromConsole => known.session_credential_from_console,
            SelectorField::UserIdentityArn => known.user_identity_arn,
            SelectorField::ErrorCode => known.error_code,
            SelectorField::VpcEndpointId => known.vpc_endpoint_id,
        };
        self.text_of(column)
    }

    fn resources(&self) -> Vec<SelectorResource<'_>> {
        let Some(list) = self.slot(self.schema.known().resources) else { return Vec::new() };
        if self.tape.kind(list) != NodeKind::Array {
            return Vec::new();
        }
        let objects = self.tape.elements(list).filter(|&element| self.tape.kind(element) == NodeKind::Object);
        objects.map(|object| self.resource(object)).collect()
    }
}

impl EventRecord<'_> {
    fn resource(&self, object: u32) -> SelectorResource<'_> {
        let mut resource = SelectorResource::default();
        for (name, value) in self.tape.members(object) {
            match &*self.tape.string(name) {
                "type" => resource.resource_type = self.tape.column_text(value),
                "ARN" => resource.arn = self.tape.column_text(value),
                _ => {}
            }
        }
        resource
    }
}
