import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import { configDirectory, readConfigFile, readCurrentContext } from "./docker-config.js";

const read = (text: string) => readConfigFile({ DOCKER_CONFIG: temporaryDirectory({ "config.json": text }) });

describe("configDirectory", () => {
  it("is DOCKER_CONFIG, or .docker in the home directory", () => {
    expect(configDirectory({ DOCKER_CONFIG: "/etc/docker-cli", HOME: "/home/a" })).toBe("/etc/docker-cli");
    expect(configDirectory({ HOME: "/home/a" })).toBe("/home/a/.docker");
  });
});

describe("readCurrentContext", () => {
  const of = (text: string) => readCurrentContext({ DOCKER_CONFIG: temporaryDirectory({ "config.json": text }) });

  it("reads the context of a file with other invalid keys, and is undefined for an unreadable file", () => {
    expect(of('{"currentContext":"prod"}')).toBe("prod");
    expect(of('{"currentContext":"prod","auths":[]}')).toBe("prod");
    expect(of('{"auths":{"a.io":{},}}')).toBeUndefined();
    expect(readCurrentContext({ DOCKER_CONFIG: temporaryDirectory() })).toBeUndefined();
  });

  it("rejects a file that is not JSON but names a context", () => {
    expect(() => of('{"currentContext":"prod",}')).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
    expect(of('{"currentContext":"default",}')).toBeUndefined();
  });
});

describe("readConfigFile", () => {
  it("reads the keys in use, and ignores others", () => {
    expect(read('{"currentContext":"prod","psFormat":"x","credHelpers":{"a.io":"b"}}')).toMatchObject({
      currentContext: "prod",
      credHelpers: { "a.io": "b" },
    });
  });

  it("is empty if the file is missing or empty", () => {
    expect(readConfigFile({ DOCKER_CONFIG: temporaryDirectory() })).toEqual({});
    expect(read("\n")).toEqual({});
  });

  it.each([
    ["{", "not JSON"],
    ["[]", "not a JSON object"],
    ['{"auths":[]}', "auths"],
    ['{"auths":{"a":"b"}}', "auths"],
    ['{"credsStore":7}', "credsStore"],
    ['{"credHelpers":{"a":7}}', "credHelpers"],
  ])("rejects %s with the file's name", (text, why) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
    expect(() => read(text)).toThrow(/config\.json/);
    expect(() => read(text)).toThrow(why);
  });

  it("its errors never contain the file's text", () => {
    try {
      read('{"auths":{"a.io":{"password":"open-sesame"}},}');
      expect.unreachable();
    } catch (error) {
      expect(DeploymentError.isInstance(error)).toBe(true);
      expect(JSON.stringify(error) + (error as Error).message + String((error as Error).cause)).not.toContain("sesame");
    }
  });
});
