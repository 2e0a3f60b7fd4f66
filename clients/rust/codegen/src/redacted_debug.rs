//! Writes `Debug` for the messages with secrets. The secrets are the fields whose comment in the proto says
//! "Never log it".

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use std::fmt::Write as _;

/// Field numbers of FileDescriptorProto and DescriptorProto, which make up the path of a comment.
const MESSAGE_TYPE: i32 = 4;
const FIELD: i32 = 2;

const HEADER: &str =
    "// This file is @generated from the comments of the proto: a field that says \"Never log it\" is \
                      redacted.
use super::*;

/// Stands for a secret in the textual form of a message. Shows only whether there is one.
fn redacted(is_empty: bool) -> &'static str {
    if is_empty { \"\" } else { \"[redacted]\" }
}

/// Returns the name of a value of an enum, or its number if this version does not know it.
fn name_of<E: TryFrom<i32> + core::fmt::Debug>(value: i32) -> String {
    E::try_from(value).map_or_else(|_| value.to_string(), |known| format!(\"{known:?}\"))
}
";

/// A message with secrets.
struct Message {
    name: String,
    fields: Vec<Field>,
    oneofs: Vec<String>,
}

struct Field {
    name: String,
    secret: bool,
    /// The name of the enum, if the field has one value of an enum.
    enumeration: Option<String>,
    /// The index in the message's list of oneofs.
    oneof: Option<usize>,
}

/// The messages with secrets of all files.
pub struct Secrets(Vec<Message>);

/// Finds the secrets by the comments of the fields.
pub fn find_secrets(descriptors: &FileDescriptorSet) -> Secrets {
    let mut messages = Vec::new();
    for file in &descriptors.file {
        for (index, message) in (0..).zip(&file.message_type) {
            let message = describe(file, index, message);
            if message.fields.iter().any(|field| field.secret) {
                messages.push(message);
            }
        }
    }
    Secrets(messages)
}

fn describe(file: &FileDescriptorProto, message_index: i32, message: &DescriptorProto) -> Message {
    let fields = (0..).zip(&message.field).map(|(index, field)| Field {
        name: field.name().to_owned(),
        secret: comment_of(file, &[MESSAGE_TYPE, message_index, FIELD, index])
            .contains("Never log it"),
        enumeration: enumeration_of(field),
        // An `optional` field is in a oneof of its own, which is no oneof in Rust.
        oneof: field
            .oneof_index
            .filter(|_| !field.proto3_optional())
            .and_then(|oneof| usize::try_from(oneof).ok()),
    });
    Message {
        name: message.name().to_owned(),
        fields: fields.collect(),
        oneofs: message
            .oneof_decl
            .iter()
            .map(|oneof| oneof.name().to_owned())
            .collect(),
    }
}

fn comment_of(file: &FileDescriptorProto, path: &[i32]) -> String {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    // A comment is wrapped into lines.
    let text: String = locations
        .filter(|location| location.path == path)
        .map(|location| location.leading_comments())
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn enumeration_of(field: &FieldDescriptorProto) -> Option<String> {
    let is_single = field.label() != Label::Repeated && !field.proto3_optional();
    (field.r#type() == Type::Enum && is_single).then(|| {
        field
            .type_name()
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned()
    })
}

impl Secrets {
    /// Returns the full names of the messages and oneofs that must not derive `Debug`.
    pub fn type_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for Message { name, oneofs, .. } in &self.0 {
            names.push(format!(".qrlogin.v1.{name}"));
            names.extend(
                oneofs
                    .iter()
                    .map(|oneof| format!(".qrlogin.v1.{name}.{oneof}")),
            );
        }
        names
    }

    /// Returns the implementations of `Debug` as Rust.
    pub fn to_rust(&self) -> Result<String, syn::Error> {
        let mut code = String::new();
        for message in &self.0 {
            message.write_debug(&mut code);
            for (index, oneof) in message.oneofs.iter().enumerate() {
                message.write_oneof_debug(index, oneof, &mut code);
            }
        }
        Ok(format!(
            "{HEADER}\n{}",
            prettyplease::unparse(&syn::parse_file(&code)?)
        ))
    }
}

impl Message {
    fn write_debug(&self, code: &mut String) {
        let mut calls = String::new();
        for Field {
            name,
            secret,
            enumeration,
            oneof,
        } in &self.fields
        {
            if oneof.is_some() {
                continue;
            }
            let value = match enumeration {
                _ if *secret => format!("&redacted(self.{name}.is_empty())"),
                Some(enumeration) => {
                    format!("&format_args!(\"{{}}\", name_of::<{enumeration}>(self.{name}))")
                }
                None => format!("&self.{name}"),
            };
            let _ = write!(calls, ".field(\"{name}\", {value})");
        }
        for oneof in self
            .oneofs
            .iter()
            .enumerate()
            .filter(|(index, _)| self.is_used(*index))
            .map(|(_, name)| name)
        {
            let _ = write!(calls, ".field(\"{oneof}\", &self.{oneof})");
        }
        let name = &self.name;
        write_implementation(
            code,
            name,
            &format!("f.debug_struct(\"{name}\"){calls}.finish()"),
        );
    }

    fn write_oneof_debug(&self, index: usize, oneof: &str, code: &mut String) {
        if !self.is_used(index) {
            return;
        }
        let mut arms = String::new();
        for field in self
            .fields
            .iter()
            .filter(|field| field.oneof == Some(index))
        {
            let variant = to_upper_camel(&field.name);
            let value = if field.secret {
                "&redacted(value.is_empty())"
            } else {
                "value"
            };
            let _ = write!(
                arms,
                "Self::{variant}(value) => f.debug_tuple(\"{variant}\").field({value}).finish(),"
            );
        }
        let path = format!("{}::{}", to_snake(&self.name), to_upper_camel(oneof));
        write_implementation(code, &path, &format!("match self {{ {arms} }}"));
    }

    fn is_used(&self, oneof: usize) -> bool {
        self.fields.iter().any(|field| field.oneof == Some(oneof))
    }
}

fn write_implementation(code: &mut String, path: &str, body: &str) {
    let _ = write!(
        code,
        "impl core::fmt::Debug for {path} {{
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {{ {body} }}
        }}"
    );
}

fn to_upper_camel(snake: &str) -> String {
    let upper = |word: &str| {
        word.chars()
            .take(1)
            .map(|first| first.to_ascii_uppercase())
            .chain(word.chars().skip(1))
            .collect::<String>()
    };
    snake.split('_').map(upper).collect()
}

fn to_snake(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
