// Values that the code blocks of the documents take from the program around them.

import type { IncomingMessage, ServerResponse } from "node:http";
import type {} from "@fastify/cookie";
import type { FastifyInstance } from "fastify";
import type * as phone from "../../../examples/phone/qr_login.js";
import type { UserInfo } from "../../../src/client/index.js";
import type { GatewayOptions } from "../../../src/gateway/index.js";
import type { NodeHandler } from "../../../src/gateway/node/index.js";
import type * as http from "../../../src/http_types.js";
import type * as widget from "../../../src/widget/index.js";

/** The parts of Koa's context that the documents use. */
interface KoaContext {
  readonly req: IncomingMessage & { body?: unknown };
  readonly res: ServerResponse;
  readonly request: { readonly body?: unknown };
}

declare global {
  // Bodies in the gateway's JSON.
  type StatusResponse = http.StatusResponse;
  type QrCodeStep = http.QrCodeStep;

  // A website's backend.
  const server: FastifyInstance;
  const service: GatewayOptions["service"];
  const apps: GatewayOptions["apps"];
  const handleKeys: GatewayOptions["handleKeys"];
  function startSession(user: UserInfo | undefined): Promise<string>;
  const app: { use(handler: NodeHandler): void };
  const koa: { use(handler: (context: KoaContext, next: () => Promise<void>) => Promise<void>): void };
  const gateway: NodeHandler;
  function draw(qrContent: string): void;

  // A web page.
  const QrLogin: typeof widget;
  const image: HTMLImageElement;
  function greet(user: { readonly nickname: string }): void;
  function askForNumber(digits: number, attemptsLeft: number): void;
  const onSuccess: () => void;
  const onError: (message: string) => void;

  // A mobile app in React Native.
  const createQrLogin: typeof phone.createQrLogin;
  const QrLoginError: typeof phone.QrLoginError;
  const session: { accessToken(options: { readonly refresh: boolean }): Promise<string> };
  const text: string;
  const random: string;
  const messages: { readonly errors: Readonly<Record<string, { readonly en: string; readonly zh: string }>> };
  function post(path: string, body: object): Promise<unknown>;
  function askUser(request: phone.SignInRequest): Promise<boolean>;
  function showCheckCode(request: phone.SignInRequest, approval: phone.Approval): void;
  function showError(text: { readonly en: string; readonly zh: string } | undefined): void;
}
