import { describe, expect, it } from "vitest";
import { withPrograms } from "../../test/programs.js";
import { askHelper } from "./credential-helper.js";

const SERVER = "r.io:5000";
const helper = (script: string) => withPrograms({ "docker-credential-fake": script });

describe("askHelper", () => {
  it("passes the server on standard input, and `get` as the only argument", async () => {
    const env = helper('read server; echo "{\\"Username\\":\\"$# $1 $server\\",\\"Secret\\":\\"s\\"}"');
    expect(await askHelper("fake", SERVER, env)).toEqual({
      username: `1 get ${SERVER}`,
      password: "s",
      serveraddress: SERVER,
    });
  });

  it("reads an identity token", async () => {
    const env = helper(`echo '{"ServerURL":"x","Username":"<token>","Secret":"t"}'`);
    expect(await askHelper("fake", SERVER, env)).toEqual({ identitytoken: "t", serveraddress: SERVER });
  });

  it("ends a helper that prints without end", async () => {
    const env = helper("exec yes");
    await expect(askHelper("fake", SERVER, env)).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      message: expect.stringContaining("its output is longer than 1 MiB"),
    });
  });

  it("is undefined if the helper has no credentials", async () => {
    const env = helper("echo 'credentials not found in native keychain'; exit 1");
    expect(await askHelper("fake", SERVER, env)).toBeUndefined();
  });

  it.each([
    ["exit 3", "exit code 3"],
    ["echo keychain is locked; exit 1", "keychain is locked"],
    ["echo nonsense", "invalid response"],
    [`echo '{"Username":7}'`, "invalid response"],
  ])("rejects with UNAUTHORIZED for a helper that does %s", async (script, why) => {
    await expect(askHelper("fake", SERVER, helper(script))).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      message: expect.stringContaining(why),
    });
  });

  it("its errors never contain the helper's response", async () => {
    for (const script of [`echo '{"Secret":"sesame"}'`, `echo '{"Username":"a","Secret":"sesame"}'; exit 1`]) {
      const error = await askHelper("fake", SERVER, helper(script)).catch((thrown: Error) => thrown);
      expect(JSON.stringify(error) + String(error)).toContain("docker-credential-fake");
      expect(JSON.stringify(error) + String(error)).not.toContain("sesame");
    }
  });

  it("its errors mask secrets in the helper's output and environment", async () => {
    const env = {
      ...helper('echo "login failed: password=sesame, key $STORE_TOKEN"; exit 1'),
      STORE_TOKEN: "open-barley",
    };
    await expect(askHelper("fake", SERVER, env)).rejects.toThrow("login failed: password=***, key ***");
  });

  it("rejects a helper that is missing, and an invalid name", async () => {
    await expect(askHelper("nowhere", SERVER, helper(""))).rejects.toThrow("program not found in PATH");
    await expect(askHelper("../evil", SERVER, helper(""))).rejects.toThrow("invalid helper name");
  });

  it("rejects with TIMEOUT if the helper hangs, and with ABORTED by the signal", async () => {
    const env = helper("exec sleep 60");
    await expect(askHelper("fake", SERVER, env, { timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
    const signal = AbortSignal.timeout(50);
    await expect(askHelper("fake", SERVER, env, { signal })).rejects.toMatchObject({ code: "ABORTED" });
  });
});
