import type { Logger } from "pino";
import {
  DescribeTicketRequest,
  DescribeTicketResponse,
  DisableSignInsRequest,
  DisableSignInsResponse,
  EnableSignInsRequest,
  EnableSignInsResponse,
  ListDisabledSignInsRequest,
  ListDisabledSignInsResponse,
} from "../../gen/qrlogin/v1/qr_login_admin_service.js";
import type { Clock } from "../base/clock.js";
import type { AdminConfig, AppConfig } from "../config/config.js";
import type { SignInTarget } from "../domain/disabled_sign_ins.js";
import type { DescribeTicket } from "../service/describe_ticket.js";
import type { SignInAdministration } from "../service/sign_in_administration.js";
import type { UnaryMethod } from "./calls/call_handler.js";
import {
  readDisableSignIns,
  readEnableSignIns,
  rejectUnknownTarget,
  toDisabledSignIns,
} from "./messages/admin_messages.js";
import { readDescribeTicket, toTicketDescription } from "./messages/ticket_description.js";

/** The dependencies of the handlers. */
export interface AdminHandlerDependencies {
  readonly administration: SignInAdministration;
  readonly describeTicket: DescribeTicket;
  findApp(id: string): Pick<AppConfig, "id"> | undefined;
  hasUserPool(id: string): boolean;
  readonly log: Logger;
  /** Clock that decides when tickets expire. */
  readonly clock: Clock;
}

type AdminMethod<Request, Response> = UnaryMethod<AdminConfig, Request, Response>;

export type AdminHandlers = ReturnType<typeof createAdminHandlers>;

/** Creates one handler for each RPC of administrators. A change is logged with its administrator. */
export function createAdminHandlers({
  administration,
  describeTicket: describe,
  findApp,
  hasUserPool,
  log,
  clock,
}: AdminHandlerDependencies) {
  const isKnown = ({ kind, id }: SignInTarget) =>
    kind === "app" ? findApp(id) !== undefined : hasUserPool(id);
  const logFieldsOf = (admin: AdminConfig, { kind, id }: SignInTarget) => ({
    ...(kind === "app" ? { app: id } : { pool: id }),
    admin: admin.id,
  });

  const disableSignIns: AdminMethod<DisableSignInsRequest, DisableSignInsResponse> = {
    request: DisableSignInsRequest,
    response: DisableSignInsResponse,
    async handle(admin, request) {
      const { target, note } = readDisableSignIns(request, isKnown);
      const record = await administration.disable(admin.id, target, note);
      log.warn(logFieldsOf(admin, target), "sign-ins disabled");
      return { disabled: toDisabledSignIns(record) };
    },
  };

  const enableSignIns: AdminMethod<EnableSignInsRequest, EnableSignInsResponse> = {
    request: EnableSignInsRequest,
    response: EnableSignInsResponse,
    async handle(admin, request) {
      const target = readEnableSignIns(request);
      const wasDisabled = await administration.enable(target);
      if (wasDisabled) log.warn(logFieldsOf(admin, target), "sign-ins enabled");
      // An app that is no longer configured can still be enabled, which removes it from the list.
      else if (!isKnown(target)) rejectUnknownTarget(target);
      return { wasDisabled };
    },
  };

  const listDisabledSignIns: AdminMethod<ListDisabledSignInsRequest, ListDisabledSignInsResponse> = {
    request: ListDisabledSignInsRequest,
    response: ListDisabledSignInsResponse,
    async handle() {
      return { disabled: (await administration.list()).map(toDisabledSignIns) };
    },
  };

  const describeTicket: AdminMethod<DescribeTicketRequest, DescribeTicketResponse> = {
    request: DescribeTicketRequest,
    response: DescribeTicketResponse,
    async handle(_, request, call) {
      const reference = readDescribeTicket(request);
      if ("ticketId" in reference) call.setTicket(reference.ticketId);
      return { ticket: toTicketDescription(await describe(reference, call.signal()), clock) };
    },
  };

  return { disableSignIns, enableSignIns, listDisabledSignIns, describeTicket };
}
