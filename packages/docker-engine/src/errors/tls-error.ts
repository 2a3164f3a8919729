import type * as crypto from "node:crypto";
import type { PeerCertificate } from "node:tls";
import { builtIn } from "../connection/built-in.js";
import type { ResolvedEndpoint, TlsMaterial } from "../endpoint/endpoint.js";
import type { Explanation } from "./explanation.js";

/** The error of a TLS connection, with the certificate that the server presented. */
export interface TlsError extends NodeJS.ErrnoException {
  peerCertificate?: PeerCertificate;
}

/** Codes of Node and OpenSSL for a TLS connection that failed. */
export const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

const UNKNOWN_AUTHORITY = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|INVALID_CA)/;
/** Alerts with which a server rejects the certificate of a client. Source: RFC 8446, section 6. */
const CLIENT_REJECTED =
  /ALERT_(?:BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(?:EXPIRED|REVOKED|UNKNOWN|REQUIRED)|HANDSHAKE_FAILURE|ACCESS_DENIED|DECRYPT_ERROR)|SSLV3_ALERT_HANDSHAKE_FAILURE/;

/** The reason for a TLS error, with the names and dates of the certificates that don't fit. */
export function explainTls(error: TlsError, code: string, endpoint: ResolvedEndpoint): Explanation {
  const files = filesOf(endpoint);
  const { ca, cert }: Partial<TlsMaterial> = endpoint.kind === "tcp" ? (endpoint.tls ?? {}) : {};
  const engine = `the engine's certificate (${describe(error.peerCertificate)})`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const host = endpoint.kind === "tcp" ? endpoint.hostname : endpoint.host;
    const names = error.peerCertificate?.subjectaltname;
    return explanation(
      `${engine} is not for the host name ${host}, but for ${names || "no host name (it has no subjectAltName)"}`,
      `Use a name of the certificate in the address, or issue the engine's certificate with ${host} in its subjectAltName.`,
    );
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") return explainDates(error, code, engine);
  if (UNKNOWN_AUTHORITY.test(code)) {
    const authority =
      ca === undefined ? "no authority of this machine" : `the authority of ca.pem (${describePem(ca)})`;
    return explanation(
      ca === undefined
        ? `${engine} was signed by ${authority}`
        : `${engine} was not signed by ${authority}${isSameName(error, ca) ? ", which has the same name and another key" : ""}`,
      `Put the certificate of the authority that signed the engine's certificate into ca.pem of ${files}.`,
    );
  }
  if (CLIENT_REJECTED.test(code)) {
    if (cert === undefined) {
      return explanation(
        "the engine requires a client certificate, and none is set",
        `Put cert.pem and key.pem, signed by the engine's authority, into ${files}.`,
      );
    }
    return explanation(
      `the engine rejected the client certificate (${describePem(cert)})${expiryOf(cert)}`,
      `Put a cert.pem and key.pem that the engine's authority (dockerd --tlscacert) has signed into ${files}.`,
    );
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(`${code} ${error.message}`)) {
    return explanation(
      "the port does not use TLS",
      "Check the port: dockerd uses 2376 with TLS and 2375 without. Without TLS, unset DOCKER_TLS_VERIFY and DOCKER_TLS.",
    );
  }
  if (/KEY_VALUES_MISMATCH/.test(code)) {
    return explanation("cert.pem and key.pem don't belong together", `Replace one of them in ${files}.`);
  }
  if (/^ERR_OSSL_|PEM_/.test(code)) {
    return explanation(
      `ca.pem, cert.pem or key.pem is not valid (${error.message})`,
      `Check the files in ${files}: each is a text that starts with -----BEGIN.`,
    );
  }
  return explanation(error.message, `Check the files in ${files}, and DOCKER_TLS_VERIFY.`);
}

const explanation = (reason: string, hint: string): Explanation => ({
  reason: `the TLS connection failed: ${reason}`,
  hint,
});

const filesOf = ({ source }: ResolvedEndpoint): string =>
  source.startsWith("context") ? `the TLS files of the ${source}` : "DOCKER_CERT_PATH";

function explainDates({ peerCertificate }: TlsError, code: string, engine: string): Explanation {
  const isExpired = code === "CERT_HAS_EXPIRED";
  const date = dateOf(isExpired ? peerCertificate?.valid_to : peerCertificate?.valid_from);
  const now = new Date().toISOString();
  // The chain has several certificates, and the error does not name the one.
  const isOwn = date !== undefined && (isExpired ? date < now : date > now);
  const what = isOwn ? engine : "the certificate of the authority that signed the engine's certificate";
  return isExpired
    ? explanation(
        `${what} has expired${isOwn ? ` on ${date}` : ""}`,
        "Issue a new certificate, and restart the engine with it. If the date of this machine is wrong, correct it.",
      )
    : explanation(
        `${what} is not valid yet${isOwn ? `, but from ${date}` : ""}`,
        `Compare the clocks of both machines: here it is ${now}.`,
      );
}

/** `2026-11-28T00:00:00.000Z`, from OpenSSL's `Nov 28 00:00:00 2026 GMT`. */
function dateOf(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

const nameOf = (name: PeerCertificate["subject"] | undefined): string => String(name?.CN ?? name?.O ?? "no name");

const describe = (certificate: PeerCertificate | undefined): string =>
  certificate?.subject === undefined
    ? "not known"
    : `${nameOf(certificate.subject)}, issued by ${nameOf(certificate.issuer)}`;

function parsePem(pem: string): PeerCertificate | undefined {
  try {
    const { X509Certificate } = builtIn("node:crypto") as typeof crypto;
    return new X509Certificate(pem).toLegacyObject() as PeerCertificate;
  } catch {
    return undefined;
  }
}

const describePem = (pem: string): string => describe(parsePem(pem));

const isSameName = ({ peerCertificate }: TlsError, ca: string): boolean =>
  peerCertificate?.issuer !== undefined && nameOf(peerCertificate.issuer) === nameOf(parsePem(ca)?.subject);

function expiryOf(pem: string): string {
  const date = dateOf(parsePem(pem)?.valid_to);
  return date !== undefined && date < new Date().toISOString() ? `: it has expired on ${date}` : "";
}
