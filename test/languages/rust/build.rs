// snippet: generate
fn main() -> std::io::Result<()> {
    // Needs protoc in the path, or its location in the variable PROTOC.
    tonic_prost_build::configure().build_server(false).compile_protos(
        &["proto/qrlogin/v1/qr_login_service.proto", "proto/qrlogin/v1/error_reason.proto"],
        &["proto"],
    )
}
// end snippet
