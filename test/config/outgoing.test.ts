import { describe, expect, it } from "vitest";
import { collectProblems, contentWith, load } from "../support/config_files.js";

const problemsOf = (content: object, env: Record<string, string> = {}) =>
  collectProblems(() => load(content, env));
const outgoingOf = (outgoing: object, env: Record<string, string> = {}) =>
  load(contentWith({ outgoing }), env).outgoing;

describe("the proxy of requests to issuers", () => {
  it.each([
    ["HTTPS_PROXY", "http://proxy:3128", "http://proxy:3128"],
    ["https_proxy", "http://proxy:3128", "http://proxy:3128"],
    ["ALL_PROXY", "proxy:3128", "http://proxy:3128"],
    // Servers set HTTP_PROXY from a header of the request in CGI programs; it is also not for https.
    ["HTTP_PROXY", "http://proxy:3128", undefined],
    ["HTTPS_PROXY", "", undefined],
  ])("is that of the environment by default: %s=%s", (name, value, proxy) => {
    expect(outgoingOf({}, { [name]: value }).proxy).toBe(proxy);
  });

  it("is that of the configuration in place of the environment, and none if it says so", () => {
    const env = { HTTPS_PROXY: "http://other:3128", NO_PROXY: "a.example, .b.example" };
    expect(outgoingOf({ proxy: "http://proxy:3128" }, env)).toEqual({
      proxy: "http://proxy:3128",
      noProxy: ["a.example", ".b.example"],
      caFile: undefined,
    });
    expect(outgoingOf({ proxy: "none" }, env).proxy).toBeUndefined();
    expect(outgoingOf({ noProxy: ["c.example"] }, env).noProxy).toEqual(["c.example"]);
  });

  it.each([
    [{ proxy: "proxy:3128" }, "outgoing.proxy", "must be environment, none, or the URL of a proxy"],
    [{ proxy: "socks5://proxy:1080" }, "outgoing.proxy", "must be environment, none, or the URL of a proxy"],
    [
      { proxy: "http://user:100%@proxy:3128" },
      "outgoing.proxy",
      "must be environment, none, or the URL of a proxy",
    ],
    [
      { proxy: "http://proxy:3128/path" },
      "outgoing.proxy",
      "must be environment, none, or the URL of a proxy",
    ],
    [{ noProxy: ["10.0.0.0/8"] }, "outgoing.noProxy[0]", "address ranges are not supported"],
    [
      { noProxy: ["https://a.example"] },
      "outgoing.noProxy[0]",
      "must be a host, a domain with a dot in front",
    ],
    [{ caFile: "/nowhere/ca.pem" }, "outgoing.caFile", "does not exist"],
  ])("rejects a wrong value of the section: %j", (outgoing, path, message) => {
    const problems = problemsOf(contentWith({ outgoing }));
    expect(problems).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  it("a variable that is no URL is a problem that names it, and is ignored if the configuration sets the proxy", () => {
    const env = { HTTPS_PROXY: "socks5://user:secret@proxy:1080" };
    const [problem] = problemsOf(contentWith({}), env);
    expect(problem).toMatchObject({ path: "HTTPS_PROXY", message: expect.stringContaining("HTTP proxy") });
    expect(JSON.stringify(problem)).not.toContain("secret");
    expect(problemsOf(contentWith({ outgoing: { proxy: "none" } }), env)).toEqual([]);
  });
});
