# Signs a user in with code that is generated from the proto.
# snippet: require
require "base64"
require "google/protobuf/well_known_types"
require "google/rpc/error_details_pb"
require "grpc"
require "qrlogin/v1/qr_login_service_services_pb"
# end snippet

V1 = QrLogin::V1

# snippet: connect
# Creates a client. It uses plain text, which is for loopback alone, or TLS with these root certificates.
def connect(address, root_certificates)
  arguments = {
    "grpc.service_config" => File.read("service_config.json"),
    # A service config in the DNS could have exchanges repeated.
    "grpc.service_config_disable_resolution" => 1,
    "grpc.keepalive_time_ms" => 30_000,
    "grpc.keepalive_timeout_ms" => 10_000,
    "grpc.keepalive_permit_without_calls" => 1
  }
  credentials = root_certificates ? GRPC::Core::ChannelCredentials.new(root_certificates) : :this_channel_is_insecure
  V1::QrLoginService::Stub.new(address, credentials, channel_args: arguments)
end
# end snippet

# snippet: sign-in
# Returns the user who has scanned the code and approved, or nil if nobody has in time.
def sign_in(service, app_id, app_secret)
  metadata = { "authorization" => "Basic #{Base64.strict_encode64("#{app_id}:#{app_secret}")}" }
  soon = -> { Time.now + 10 }
  ticket = service.create_ticket(V1::CreateTicketRequest.new, metadata: metadata, deadline: soon.call)
  puts ticket.qr_content # the text to draw
  request = V1::WatchStatusRequest.new(ticket_id: ticket.ticket_id, ticket_secret: ticket.ticket_secret)
  # No deadline: a watch lasts as long as its ticket.
  watch = service.watch_status(request, metadata: metadata, return_op: true)
  watch.execute.each do |response|
    next unless response.status.state == :TICKET_STATE_AUTHORIZED

    exchange = V1::ExchangeUserInfoRequest.new(exchange_ticket: response.status.exchange_ticket)
    return service.exchange_user_info(exchange, metadata: metadata, deadline: soon.call).user
  end
  nil # cancelled or expired
ensure
  watch&.cancel
end
# end snippet

# snippet: errors
# Returns the reason of an error, such as TICKET_EXPIRED, or its code if it has none.
def reason_of(error)
  details = error.to_rpc_status&.details || []
  infos = details.filter_map { |detail| detail.unpack(Google::Rpc::ErrorInfo) }
  infos.find { |info| info.domain == "qrlogin.v1" }&.reason || error.code.to_s
end
# end snippet

$stdout.sync = true
file = ENV["QRLOGIN_ROOT_CERTIFICATES"]
begin
  service = connect(ENV.fetch("QRLOGIN_ADDRESS"), file && File.read(file))
  user = sign_in(service, ENV.fetch("QRLOGIN_APP_ID"), ENV.fetch("QRLOGIN_APP_SECRET"))
  puts user&.user_id
rescue GRPC::BadStatus => e
  abort reason_of(e)
end
