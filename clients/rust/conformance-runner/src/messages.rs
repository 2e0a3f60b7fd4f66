//! Converts the messages from and to their JSON form.

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;

pub struct Messages(DescriptorPool);

impl Messages {
    pub fn load() -> Result<Self, String> {
        let descriptors = include_bytes!("../../../../gen/qrlogin.binpb");
        DescriptorPool::decode(&descriptors[..])
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Returns the request of a method.
    pub fn to_request<M: Message + Default>(&self, rpc: &str, json: Value) -> Result<M, String> {
        let service = self
            .0
            .get_service_by_name("qrlogin.v1.QrLoginService")
            .ok_or("the service is missing")?;
        let method = service.methods().find(|method| method.name() == rpc);
        let input = method
            .ok_or_else(|| format!("unknown method {rpc:?}"))?
            .input();
        let message =
            DynamicMessage::deserialize(input, json).map_err(|error| error.to_string())?;
        message.transcode_to().map_err(|error| error.to_string())
    }

    /// Returns the JSON form of a message of this type.
    pub fn to_json<M: Message>(&self, name: &str, message: &M) -> Result<Value, String> {
        let mut dynamic = DynamicMessage::new(self.find(name)?);
        dynamic
            .transcode_from(message)
            .map_err(|error| error.to_string())?;
        serde_json::to_value(&dynamic).map_err(|error| error.to_string())
    }

    fn find(&self, name: &str) -> Result<MessageDescriptor, String> {
        self.0
            .get_message_by_name(name)
            .ok_or_else(|| format!("unknown message {name:?}"))
    }
}
