import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it, describe } from "vitest";
import { isApiVersion, lowerApi, Negotiation } from "./api-version.js";
import { CallLimits } from "./call-limits.js";

it("lowerApi() compares numbers", () => {
  expect(lowerApi("1.9", "1.41")).toBe("1.9");
});

it("isApiVersion() is true for major.minor only", () => {
  expect(["1.41", "v1.41", "1", "1.41.1", ""].map(isApiVersion)).toEqual([true, false, false, false, false]);
});

const target = { endpoint: { host: "tcp://a:1" } };
const limits = (signal?: AbortSignal) => new CallLimits({ signal }, Infinity, "x", "y");
const version = (MinAPIVersion: string) => ({ Version: "x", ApiVersion: "x", MinAPIVersion, Os: "x", Arch: "x" });

function between(
  offered: string | undefined,
  { minimum = "1.24", highest }: { minimum?: string; highest?: string } = {},
) {
  const calls = { ping: async () => offered, version: async () => version(minimum) };
  return new Negotiation(calls, target, highest).agree(limits());
}

describe("agree", () => {
  it("returns the lower of both versions", async () => {
    expect(await between("1.41")).toBe("1.41");
    expect(await between("1.60", { minimum: "1.44" })).toBe("1.56");
    expect(await between("1.51", { highest: "1.43" })).toBe("1.43");
    expect(await between("1.41", { highest: "1.99" })).toBe("1.41");
  });

  it.each([
    ["1.39", {}, "too old"],
    ["1.60", { minimum: "1.57" }, "too new"],
    ["1.51", { minimum: "1.44", highest: "1.43" }, "too new"],
  ])("rejects %s with %o", async (offered, options, why) => {
    await expect(between(offered, options)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining(why),
    });
  });

  it("rejects a server that is not an engine", async () => {
    await expect(between(undefined)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  });

  it("suggests TLS if the ping gets status 400", async () => {
    const cause = { statusCode: 400, message: "Client sent an HTTP request to an HTTPS server." };
    const ping = async () => {
      throw new DeploymentError("INVALID_REQUEST", "refused", { cause });
    };
    const negotiation = new Negotiation({ ping, version: async () => version("1.24") }, target);
    await expect(negotiation.agree(limits())).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      hint: expect.stringContaining("DOCKER_TLS_VERIFY=1"),
      cause,
    });
  });

  it("rejects an unsupported highest version", () => {
    for (const highest of ["1.12", "latest"]) {
      expect(() => new Negotiation({} as never, target, highest)).toThrow(
        expect.objectContaining({ code: "INVALID_REQUEST" }),
      );
    }
  });
});

describe("calls at the same time", () => {
  it("negotiate once, and again after a failure", async () => {
    let asked = 0;
    const ping = async () => {
      asked += 1;
      if (asked === 1) throw new DeploymentError("ENGINE_UNREACHABLE", "down");
      return "1.41";
    };
    const negotiation = new Negotiation({ ping, version: async () => version("1.24") }, target);
    const first = await Promise.allSettled([negotiation.agree(limits()), negotiation.agree(limits())]);
    expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await Promise.all([negotiation.agree(limits()), negotiation.agree(limits())])).toEqual(["1.41", "1.41"]);
    expect(await negotiation.agree(limits())).toBe("1.41");
    expect(asked).toBe(2);
  });

  it("are not ended by the abort of the call that negotiates", async () => {
    const abort = new AbortController();
    let asked = 0;
    const ping = async (ours: CallLimits) => {
      asked += 1;
      return asked === 1 ? ours.race(new Promise<string>(() => {})) : "1.41";
    };
    const negotiation = new Negotiation({ ping, version: async () => version("1.24") }, target);
    const aborted = negotiation.agree(limits(abort.signal));
    const waiting = negotiation.agree(limits());
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
    expect(await waiting).toBe("1.41");
  });

  it("can each be aborted while they wait", async () => {
    const abort = new AbortController();
    const answer = Promise.withResolvers<string>();
    const negotiation = new Negotiation({ ping: () => answer.promise, version: async () => version("1.24") }, target);
    const asking = negotiation.agree(limits());
    const waiting = negotiation.agree(limits(abort.signal));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
    answer.resolve("1.41");
    expect(await asking).toBe("1.41");
  });
});
