import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { withTimeout } from "./timeout.js";

/** Resolves with the health status of a name at an address. */
export function healthOf(address: string, service: string): Promise<string> {
  const { Check: check } = healthService;
  if (!check) throw new Error("the health service has no Check");
  const client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  const status = new Promise<string>((resolve, reject) => {
    const answered = (error: ServiceError | null, response?: { status?: string }) => {
      client.close();
      if (error) reject(error);
      else resolve(response?.status ?? "");
    };
    const { path, requestSerialize, responseDeserialize } = check;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, answered);
  });
  return withTimeout(status, `the health of "${service}" at ${address}`);
}
