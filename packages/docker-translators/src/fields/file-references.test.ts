import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toConfigReferences, toSecretReferences } from "./file-references.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const context = { service: "mill", ids: { key: "id1", "mill.conf": "id2" } };
const owned = { UID: "0", GID: "0", Mode: 0o444 };

it("names the file of a secret by the secret, and that of a config by its path in the root", () => {
  expect(toSecretReferences(request({ secrets: ["key"] }), context)).toStrictEqual({
    Secrets: [{ SecretID: "id1", SecretName: "key", File: { Name: "key", ...owned } }],
  });
  expect(toConfigReferences(request({ configs: ["mill.conf"] }), context)).toStrictEqual({
    Configs: [{ ConfigID: "id2", ConfigName: "mill.conf", File: { Name: "/mill.conf", ...owned } }],
  });
});

it("keeps target, owner and mode, also 0", () => {
  const file = { name: "key", target: "sub/key", uid: "1", gid: "2", mode: 0 };
  const File = { Name: "sub/key", UID: "1", GID: "2", Mode: 0 };
  expect(toSecretReferences(request({ secrets: [file] }), context).Secrets?.[0]?.File).toStrictEqual(File);
  expect(toConfigReferences(request({ configs: [file] }), context).Configs?.[0]?.File).toStrictEqual(File);
});

it.each([{}, { secrets: [], configs: [] }])("sends nothing without secrets and configs: %j", (more) => {
  const none = request(more);
  expect([toSecretReferences(none, { service: "mill" }), toConfigReferences(none, context)]).toStrictEqual([{}, {}]);
});

it.each(["gone", "constructor"])("rejects %s, which has no id", (name) => {
  const missing = request({ secrets: ["key", name], configs: [name] });
  expect(() => toSecretReferences(missing, context)).toThrow(
    expect.objectContaining({ code: "INVALID_REQUEST", field: "secrets[1]", service: "mill" }),
  );
  expect(() => toConfigReferences(missing, { service: "mill" })).toThrow(
    expect.objectContaining({ code: "INVALID_REQUEST", field: "configs[0]", service: "mill" }),
  );
});
