import { selectPool } from "../../auth/tokens/select_pool.js";
import { createUserAuthenticator } from "../../auth/user_authenticator.js";
import type { UserPoolConfig } from "../../config/config.js";
import { TicketError } from "../../domain/ticket_error.js";
import { type CheckContext, type Finding, findingsOf } from "../finding.js";
import { checkSignature } from "./check_signature.js";
import { checkClaims, checkPurpose, checkTimes } from "./check_token_claims.js";
import { decodeToken, describeForm } from "./decode_token.js";
import type { TokenRules } from "./token_rules.js";

/**
 * Says why the service accepts or refuses a user's token: what each of its parts shows, and last the verdict of the
 * service's own code. No finding holds the token or a claim about the user.
 *
 * @throws Error when there is no user pool with the id.
 */
export async function explainToken(
  token: string,
  rules: TokenRules,
  context: CheckContext,
): Promise<readonly Finding[]> {
  const pools = poolsOf(rules);
  const decoded = decodeToken(token);
  const selection = select(token, pools);
  const findings = [...describeForm(token, decoded), selection.finding];
  const { pool } = selection;
  if (pool && decoded) {
    const { keys } = pool;
    if (keys) findings.push(...(await checkSignature(token, decoded, { ...pool, keys }, rules, context)));
    findings.push(
      checkTimes(decoded, rules.userTokens, context.clock.wallNow()),
      checkClaims(decoded, pool),
      checkPurpose(decoded),
    );
  }
  return [...findings, ...(await judge(token, { ...rules, userPools: pools }, context))];
}

function poolsOf({ userPools, pool: id }: TokenRules): readonly UserPoolConfig[] {
  if (userPools.length === 0) throw new Error("the configuration has no user pools");
  const chosen = id === undefined ? userPools : userPools.filter((pool) => pool.id === id);
  if (chosen.length === 0) throw new Error(`no user pool has the id ${id}`);
  return chosen;
}

function select(
  token: string,
  pools: readonly UserPoolConfig[],
): { readonly pool?: UserPoolConfig; readonly finding: Finding } {
  const { ok, failed } = findingsOf("user pool");
  try {
    const { pool } = selectPool(
      token,
      pools.map((one) => ({ pool: one })),
    );
    const how = pool.introspection ? "its introspection endpoint decides" : "by issuer and audience";
    return { pool, finding: ok(`${pool.id}, ${how}`) };
  } catch (error) {
    return {
      finding: failed("no user pool accepts the token", {
        cause: causeOf(error),
        remedy:
          "let the mobile app request a token for an audience of the pool, or correct issuer and audience of the pool",
      }),
    };
  }
}

/** Lets the service's own code judge the token, and fetch the profile as at an approval. */
async function judge(
  token: string,
  { userPools, userTokens, signer }: TokenRules,
  { clock, timeout, outgoing }: CheckContext,
): Promise<readonly Finding[]> {
  const { ok, failed } = findingsOf("verdict");
  const profile = findingsOf("profile");
  const dropped: Finding[] = [];
  const users = createUserAuthenticator({
    pools: userPools,
    userTokens: { ...userTokens, issuerTimeout: timeout },
    tokenIssuer: signer,
    outgoing,
    clock,
    onDroppedClaim: ({ claim, cause }) =>
      dropped.push(profile.warning(`${claim} cannot be used and is left out`, { cause })),
  });
  let user: Awaited<ReturnType<typeof users.authenticate>>;
  try {
    user = await users.authenticate([`Bearer ${token}`]);
  } catch (error) {
    return [failed(`refused: ${reasonOf(error)}`, explainRefusal(error))];
  }
  try {
    await user.fetchProfile();
    return [...dropped, ok("accepted: the user can approve sign-ins")];
  } catch (error) {
    return [
      ...dropped,
      failed(`accepted for a scan, but an approval fails: ${reasonOf(error)}`, explainRefusal(error)),
    ];
  }
}

const reasonOf = (error: unknown) => (error instanceof TicketError ? error.reason : "an internal error");

function explainRefusal(error: unknown) {
  const remedies: Readonly<Record<string, string>> = {
    USER_UNAUTHENTICATED: "see the failed finding above; if there is none, the cause names what to change",
    USER_TOKEN_EXPIRED: "let the mobile app refresh its token before it calls",
    ISSUER_UNAVAILABLE: "check the issuer with qrlogin doctor",
  };
  return { cause: causeOf(error), remedy: remedies[reasonOf(error)] };
}

/** Returns the causes of an error, for the log of the service as well. They hold no claim but issuer and audience. */
function causeOf(error: unknown): string | undefined {
  const causes: string[] = [];
  let current = error instanceof Error ? error.cause : undefined;
  while (current instanceof Error) {
    causes.push(current.message);
    current = current.cause;
  }
  if (typeof current === "string") causes.push(current);
  return causes.length === 0 ? undefined : causes.join(": ");
}
