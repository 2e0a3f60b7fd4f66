import { describe, expect, it } from "vitest";
import { readCommandLine } from "../../attack/command_line.js";

const loopback = ["--target", "127.0.0.1:50051"];
const remote = ["--target", "qr.example.com:443"];
const identities = { ATTACK_APP: "shop:secret", ATTACK_TOKEN: "token-1", ATTACK_OTHER_TOKEN: "token-2" };

describe("the command line of the attack kit", () => {
  it("a target on this machine needs no identities", () => {
    const { options } = read(loopback);
    expect(options).toMatchObject({ target: "127.0.0.1:50051", app: undefined, json: false });
  });

  it.each([
    ["the target", remote],
    ["the gateway", [...loopback, "--gateway", "https://login.example.com"]],
  ])("another machine is attacked only by who operates it: %s", (_what, args) => {
    const rejected = read(args, identities);
    expect(rejected.exitCode).toBe(2);
    expect(rejected.printed).toContain("--i-operate-this");
    expect(read([...args, "--i-operate-this"], identities).options).toBeDefined();
  });

  it("a target on another machine needs an app and two users", () => {
    const { exitCode, printed } = read([...remote, "--i-operate-this"], { ATTACK_APP: "shop:secret" });
    expect([exitCode, printed]).toEqual([2, expect.stringContaining("--token")]);
  });

  it("credentials come from the environment, and an option overrides them", () => {
    const { options } = read([...loopback, "--token", "token-3"], identities);
    expect(options).toMatchObject({
      app: { appId: "shop", appSecret: "secret" },
      token: "token-3",
      otherToken: "token-2",
    });
  });

  it("the error of a malformed credential does not show it", () => {
    for (const [args, env] of [
      [[...loopback, "--app", "a-secret-without-id"], {}],
      [loopback, { ATTACK_APP: "a-secret-without-id" }],
    ] as const) {
      const { exitCode, printed } = read(args, env);
      expect(exitCode).toBe(2);
      expect(printed).toContain("ATTACK_APP");
      expect(printed).not.toContain("a-secret");
    }
  });

  it.each([
    ["no target", []],
    ["a target without a port", ["--target", "127.0.0.1"]],
    ["a gateway that is no URL", [...loopback, "--gateway", "127.0.0.1:8080"]],
    ["an unknown defence", [...loopback, "--expect", "check-code,luck"]],
    ["a kill switch without an administrator", [...loopback, "--expect", "kill-switch"]],
    ["an unknown option", [...loopback, "--force"]],
  ])("an invalid command line is an error: %s", (_title, args) => {
    const { exitCode, printed } = read(args);
    expect([exitCode, printed]).toEqual([2, expect.stringMatching(/^error: /)]);
  });

  it("expected defences are a list", () => {
    expect(read([...loopback, "--expect", "check-code,rotation"]).options?.expected).toEqual(
      new Set(["check-code", "rotation"]),
    );
  });

  it("the help names every option and succeeds", () => {
    const { exitCode, printed } = read(["--help"]);
    expect(exitCode).toBe(0);
    for (const option of ["--target", "--expect", "--i-operate-this", "ATTACK_TOKEN"])
      expect(printed).toContain(option);
  });
});

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const print = (text: string) => void lines.push(text);
  const result = readCommandLine(args, { env, print, printError: print });
  return {
    options: typeof result === "number" ? undefined : result,
    exitCode: typeof result === "number" ? result : undefined,
    printed: lines.join("\n"),
  };
}
