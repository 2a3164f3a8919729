import { describe, expect, it } from "vitest";
import { withPrograms } from "../../test/programs.js";
import { askHelper } from "./credential-helper.js";

const SERVER = "r.io:5000";
const helper = (script: string) => withPrograms({ "docker-credential-fake": script });

describe("askHelper", () => {
  it("gives the server on standard input, and no argument but get", async () => {
    const env = helper('read server; echo "{\\"Username\\":\\"$# $1 $server\\",\\"Secret\\":\\"s\\"}"');
    expect(await askHelper("fake", SERVER, env)).toEqual({
      username: `1 get ${SERVER}`,
      password: "s",
      serveraddress: SERVER,
    });
  });

  it("takes an identity token", async () => {
    const env = helper(`echo '{"ServerURL":"x","Username":"<token>","Secret":"t"}'`);
    expect(await askHelper("fake", SERVER, env)).toEqual({ identitytoken: "t", serveraddress: SERVER });
  });

  it("has none where the helper has none", async () => {
    const env = helper("echo 'credentials not found in native keychain'; exit 1");
    expect(await askHelper("fake", SERVER, env)).toBeUndefined();
  });

  it.each([
    ["exit 3", "exit code 3"],
    ["echo keychain is locked; exit 1", "keychain is locked"],
    ["echo nonsense", "not what the protocol asks for"],
    [`echo '{"Username":7}'`, "not what the protocol asks for"],
  ])("tells of one that does %s", async (script, why) => {
    await expect(askHelper("fake", SERVER, helper(script))).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      message: expect.stringContaining(why),
    });
  });

  it("never shows an answer, even of a helper that failed", async () => {
    for (const script of [`echo '{"Secret":"sesame"}'`, `echo '{"Username":"a","Secret":"sesame"}'; exit 1`]) {
      const error = await askHelper("fake", SERVER, helper(script)).catch((thrown: Error) => thrown);
      expect(JSON.stringify(error) + String(error)).toContain("docker-credential-fake");
      expect(JSON.stringify(error) + String(error)).not.toContain("sesame");
    }
  });

  it("shows no secret that a helper names in its words, or was given in its environment", async () => {
    const env = {
      ...helper('echo "login failed: password=sesame, key $STORE_TOKEN"; exit 1'),
      STORE_TOKEN: "open-barley",
    };
    await expect(askHelper("fake", SERVER, env)).rejects.toThrow("login failed: password=***, key ***");
  });

  it("tells of one that is not there, and of what is no name", async () => {
    await expect(askHelper("nowhere", SERVER, helper(""))).rejects.toThrow("it is not in PATH");
    await expect(askHelper("../evil", SERVER, helper(""))).rejects.toThrow("no name of a helper");
  });

  it("ends with TIMEOUT when it hangs, and with ABORTED by the signal", async () => {
    const env = helper("exec sleep 60");
    await expect(askHelper("fake", SERVER, env, { timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
    const signal = AbortSignal.timeout(50);
    await expect(askHelper("fake", SERVER, env, { signal })).rejects.toMatchObject({ code: "ABORTED" });
  });
});
