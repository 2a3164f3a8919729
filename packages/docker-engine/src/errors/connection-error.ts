import { DeploymentError } from "@openfactory/deploy-core";
import type { ResolvedEndpoint } from "../endpoint/endpoint.js";
import type { EngineErrorCause } from "./engine-error.js";
import type { Explanation } from "./explanation.js";
import { explainSsh } from "./ssh-error.js";
import { explainTls, TLS_CODE } from "./tls-error.js";

const START = "Start Docker on that host, or choose another engine with --host, --context or DOCKER_HOST.";

const BY_CODE: Readonly<Record<string, Explanation>> = {
  ENOENT: {
    reason: "the socket does not exist",
    hint: "Start Docker, or choose another engine with --host, --context or DOCKER_HOST.",
  },
  EACCES: {
    reason: "permission denied on the socket",
    hint: "Add the user to the docker group (`sudo usermod -aG docker $USER`) and log in again, or use rootless Docker.",
  },
  ECONNREFUSED: { reason: "the connection was refused", hint: START },
  ENOTFOUND: { reason: "unknown host name", hint: "Check the address and this machine's DNS settings." },
  EAI_AGAIN: { reason: "the DNS server does not answer", hint: "Check the address and this machine's network." },
  EHOSTUNREACH: { reason: "the host is unreachable", hint: "Check the address and the network." },
  ENETUNREACH: { reason: "the network is unreachable", hint: "Check the address and the network." },
  ETIMEDOUT: { reason: "the host does not answer", hint: "Check the address, the network and firewalls." },
  ECONNRESET: {
    reason: "the connection closed before the response was complete",
    hint: "Check that the engine is running, and see its log.",
  },
  REDIRECT: {
    reason: "it answered with an HTTP redirect, so it is not a Docker Engine",
    hint: "Check the address and any proxy in between.",
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  EPERM: "EACCES",
  EPIPE: "ECONNRESET",
  ECONNABORTED: "ECONNRESET",
  ENOTDIR: "ENOENT",
  ENOTSOCK: "ECONNREFUSED",
};

function explain(error: Error, code: string, endpoint: ResolvedEndpoint): Explanation {
  if (TLS_CODE.test(code)) return explainTls(error, code, endpoint);
  if (endpoint.kind === "ssh" && code === "SSH") return explainSsh(error, endpoint);
  if (code.startsWith("HPE_")) {
    return {
      reason: "the server does not speak HTTP",
      hint:
        endpoint.kind === "tcp" && endpoint.tls === undefined
          ? "If the port uses TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH."
          : "Check the address.",
    };
  }
  const known = BY_CODE[ALIASES[code] ?? code];
  return known ?? { reason: "the connection failed", hint: START };
}

/** The system's code of an error. Node's own code for a broken stream counts as `ECONNRESET`. */
export function systemErrorCode(error: NodeJS.ErrnoException): string {
  if (error.code === "ERR_STREAM_PREMATURE_CLOSE") return "ECONNRESET";
  return error.code ?? "UNKNOWN";
}

/** The steps before a request is sent. Node tries several addresses of a name, and reports an error for each. */
const isNotConnected = (error: NodeJS.ErrnoException): boolean =>
  error.syscall === "connect" ||
  error.syscall === "getaddrinfo" ||
  TLS_CODE.test(error.code ?? "") ||
  (error instanceof AggregateError && error.errors.every(isNotConnected));

/** The error `ENGINE_UNREACHABLE` for a connection that failed or broke. */
export function connectionError(error: NodeJS.ErrnoException, endpoint: ResolvedEndpoint): DeploymentError {
  const code = systemErrorCode(error);
  const { reason, hint } = explain(error, code, endpoint);
  const cause: EngineErrorCause = {
    message: error.message,
    code,
    ...(isNotConnected(error) && { notConnected: true }),
  };
  // The output of ssh is more precise than any explanation.
  const detail = code === "SSH" ? ` (${error.message})` : "";
  const address = `${endpoint.host} (${endpoint.source})`;
  return new DeploymentError(
    "ENGINE_UNREACHABLE",
    `Can't connect to the Docker Engine at ${address}: ${reason}${detail}.`,
    {
      hint,
      cause,
    },
  );
}
