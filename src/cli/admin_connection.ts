import type { Command } from "commander";
import { type AdminClient, createAdminClient } from "../client/index.js";
import { readAdminSecret } from "../config/admin_secret.js";
import { readServiceTls, type ServiceTlsOptions, withServiceTls } from "./service_tls.js";

/** The parts of its process that a command of an administrator uses. */
export interface AdminCommandEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  print(text: string): void;
}

/** Options by which a command of an administrator reaches the service. */
export interface AdminConnectionOptions extends ServiceTlsOptions {
  readonly address: string;
  readonly admin: string;
  readonly plaintext?: true;
}

/** Adds the options of {@link AdminConnectionOptions} to a command. */
export function withAdminConnection(command: Command): Command {
  command
    .option("--address <address>", "address of the service", "127.0.0.1:50051")
    .requiredOption("--admin <id>", "id of the administrator");
  return withServiceTls(command, ["plaintext"]).option(
    "--plaintext",
    "send the secret over the network without TLS",
  );
}

/**
 * Runs calls with a client of the administrator, and closes the client.
 *
 * @throws Error when there is no secret, or a file cannot be read.
 */
export async function callAdmin<Response>(
  { address, admin: adminId, plaintext, ...files }: AdminConnectionOptions,
  { env }: AdminCommandEnvironment,
  call: (client: AdminClient) => Promise<Response>,
): Promise<Response> {
  const adminSecret = readAdminSecret(env);
  const tls = readServiceTls(files);
  const client = createAdminClient({
    ...{ address, adminId, adminSecret },
    ...(plaintext && { tls: false }),
    ...(tls !== undefined && { tls }),
  });
  try {
    return await call(client);
  } finally {
    client.close();
  }
}
