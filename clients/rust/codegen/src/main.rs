//! Generates the messages and the client of the `qrlogin` crate from the proto, without protoc.
//!
//! Takes the folder of the proto and the folder to write to.

mod redacted_debug;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const FILES: [&str; 4] = [
    "qrlogin/v1/error_reason.proto",
    "qrlogin/v1/qr_login_admin_service.proto",
    "qrlogin/v1/qr_login_service.proto",
    "qrlogin/v1/ticket.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(proto), Some(out), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: qrlogin-codegen PROTO_FOLDER OUT_FOLDER".into());
    };
    generate(&proto, &out)
}

fn generate(proto: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let descriptors = protox::Compiler::new([proto])?
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?
        .file_descriptor_set();
    let secrets = redacted_debug::find_secrets(&descriptors);

    fs::create_dir_all(out)?;
    let mut config = prost_build::Config::new();
    config.skip_debug(secrets.type_names());
    tonic_prost_build::configure()
        .build_server(true)
        .build_transport(false)
        .out_dir(out)
        .compile_fds_with_config(descriptors, config)?;
    fs::write(out.join("debug.rs"), secrets.to_rust()?)?;
    Ok(())
}
