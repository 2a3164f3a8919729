import type { PeerCertificate } from "node:tls";
import { expect, it } from "vitest";
import { AUTHORITY, EXPIRED_CLIENT } from "../../test/pem.js";
import type { ResolvedEndpoint, TlsMaterial } from "../endpoint/endpoint.js";
import { explainTls, type TlsError } from "./tls-error.js";

const endpointOf = (tls: Partial<TlsMaterial> = {}, source = "DOCKER_HOST"): ResolvedEndpoint => ({
  kind: "tcp",
  host: "tcp://plc:2376",
  hostname: "plc",
  port: 2376,
  pathPrefix: "",
  source,
  tls: { verify: true, ...tls },
});
const peer = (certificate: object = {}): PeerCertificate =>
  ({ subject: { CN: "line-1" }, issuer: { CN: "plant ca" }, ...certificate }) as PeerCertificate;
const explain = (code: string, { peerCertificate, message = "x" }: Partial<TlsError> = {}, endpoint = endpointOf()) =>
  explainTls(Object.assign(new Error(message), { code, peerCertificate }), code, endpoint);

it("names the host name and the names of a certificate for another host", () => {
  const found = explain("ERR_TLS_CERT_ALTNAME_INVALID", { peerCertificate: peer({ subjectaltname: "DNS:line-1" }) });
  expect(found.reason).toBe(
    "the TLS connection failed: the engine's certificate (line-1, issued by plant ca) is not for the host name plc, but for DNS:line-1",
  );
  expect(explain("ERR_TLS_CERT_ALTNAME_INVALID", { peerCertificate: peer() }).reason).toContain("no subjectAltName");
});

it("names the date of a certificate that has expired, or is not valid yet", () => {
  const dates = { valid_from: "Jan  1 00:00:00 2999 GMT", valid_to: "Nov  1 12:00:00 2025 GMT" };
  const peerCertificate = peer(dates);
  expect(explain("CERT_HAS_EXPIRED", { peerCertificate }).reason).toContain(
    "(line-1, issued by plant ca) has expired on 2025-11-01T12:00:00.000Z",
  );
  const early = explain("CERT_NOT_YET_VALID", { peerCertificate });
  expect(early.reason).toContain("is not valid yet, but from 2999-01-01T00:00:00.000Z");
  expect(early.hint).toContain("clocks");
});

it("blames the authority if the engine's own certificate has not expired", () => {
  const peerCertificate = peer({ valid_to: "Jan  1 00:00:00 2999 GMT" });
  expect(explain("CERT_HAS_EXPIRED", { peerCertificate }).reason).toContain(
    "the certificate of the authority that signed the engine's certificate has expired",
  );
});

it.each(["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT"])(
  "%s names the authority of ca.pem and the issuer of the engine's certificate",
  (code) => {
    const found = explain(code, { peerCertificate: peer() }, endpointOf({ ca: AUTHORITY }, 'context "plant"'));
    expect(found.reason).toContain(
      "the engine's certificate (line-1, issued by plant ca) was not signed by the authority of ca.pem (test ca, issued by test ca)",
    );
    expect(found.hint).toContain('the TLS files of the context "plant"');
    expect(explain(code, { peerCertificate: peer() }).reason).toContain("signed by no authority of this machine");
  },
);

it.each([
  "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
  "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
  "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
])("%s names the client certificate that the engine rejected", (code) => {
  const { reason } = explain(code, {}, endpointOf({ cert: EXPIRED_CLIENT }));
  expect(reason).toContain("the engine rejected the client certificate (client, issued by test ca)");
  expect(explain(code).reason).toContain("requires a client certificate, and none is set");
});

it("names the date of a client certificate that has expired", () => {
  expect(explain("ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", {}, endpointOf({ cert: EXPIRED_CLIENT })).reason).toContain(
    "it has expired on 2026-11-27T",
  );
});

it.each([
  ["ERR_SSL_WRONG_VERSION_NUMBER", "x", "the port does not use TLS", "2375"],
  ["ERR_OSSL_X509_KEY_VALUES_MISMATCH", "x", "cert.pem and key.pem don't belong together", "DOCKER_CERT_PATH"],
  ["ERR_OSSL_PEM_NO_START_LINE", "no start line", "is not valid (no start line)", "-----BEGIN"],
  ["ERR_SSL_INTERNAL_ERROR", "some text", "the TLS connection failed: some text", "DOCKER_CERT_PATH"],
])("%s has a reason and a hint", (code, message, reason, hint) => {
  const found = explain(code, { message });
  expect(found.reason).toContain(reason);
  expect(found.hint).toContain(hint);
});
