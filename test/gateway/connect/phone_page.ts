import { createFileRegistry, type DescService, fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";

/** Settings of a phone, as plain data that can be passed to a page. */
export interface PhoneSettings {
  readonly gateway: string;
  readonly protocol: "connect" | "connect as JSON" | "gRPC-Web";
  readonly token: string;
  readonly ticketId: string;
  /** Descriptors of the service in base64, in place of generated code. */
  readonly descriptors: string;
}

/** Responses that the phone received. */
export interface PhoneReport {
  /** The error of an approval before the scan: its code, and its details in base64 by type. */
  readonly early: { readonly code: number; readonly details: Readonly<Record<string, string>> };
  readonly scanned: JsonValue;
  readonly approved: JsonValue;
}

/**
 * Approves too early, scans, and approves, with connect-web. Runs in Node.js and, bundled, in a page.
 */
export async function signIn(settings: PhoneSettings): Promise<PhoneReport> {
  const service = serviceOf(settings.descriptors);
  const client = createClient(service, transportOf(settings));
  const headers = { authorization: `Bearer ${settings.token}` };
  const call = async (method: string, request: object): Promise<JsonValue> => {
    const descriptor = service.methods.find(({ localName }) => localName === method);
    const invoke = client[method] as unknown as (request: object, options: object) => Promise<never>;
    if (!descriptor) throw new Error(`there is no method ${method}`);
    return toJson(descriptor.output, await invoke(request, { headers }));
  };
  const { ticketId } = settings;
  const early = await call("authorize", { ticketId }).then(
    () => Promise.reject(new Error("the approval succeeded before the scan")),
    (error: unknown) => ConnectError.from(error),
  );
  const scanned = await call("markScanned", { scanned: { case: "ticketId", value: ticketId } });
  const approved = await call("authorize", { ticketId });
  const details = early.details.flatMap((detail) =>
    "value" in detail && detail.value instanceof Uint8Array && "type" in detail
      ? [[detail.type, base64Encode(detail.value)]]
      : [],
  );
  return { early: { code: early.code, details: Object.fromEntries(details) }, scanned, approved };
}

function transportOf({ gateway: baseUrl, protocol }: PhoneSettings): Transport {
  if (protocol === "gRPC-Web") return createGrpcWebTransport({ baseUrl });
  return createConnectTransport({ baseUrl, useBinaryFormat: protocol === "connect" });
}

function serviceOf(descriptors: string): DescService {
  const files = fromBinary(FileDescriptorSetSchema, base64Decode(descriptors));
  const service = createFileRegistry(files).getService("qrlogin.v1.QrLoginService");
  if (!service) throw new Error("the descriptors do not have the service");
  return service;
}
