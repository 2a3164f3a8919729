import { DeploymentError } from "@openfactory/deploy-core";
import type { ResolvedEndpoint } from "../endpoint/endpoint.js";
import type { EngineErrorCause } from "./engine-error.js";

interface Explanation {
  reason: string;
  hint: string;
}

const START = "Start Docker on that host, or choose another engine with --host, --context or DOCKER_HOST.";
const TLS_FILES = "Check DOCKER_CERT_PATH (or the context's TLS files) and DOCKER_TLS_VERIFY.";

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
  SSH: {
    reason: "the SSH connection failed",
    hint: "Run ssh to that host by hand. The remote user needs the docker command and access to its engine.",
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  EPERM: "EACCES",
  EPIPE: "ECONNRESET",
  ECONNABORTED: "ECONNRESET",
  ENOTDIR: "ENOENT",
  ENOTSOCK: "ECONNREFUSED",
};

const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

function explain(code: string, endpoint: ResolvedEndpoint): Explanation {
  if (TLS_CODE.test(code)) return { reason: "the TLS connection failed", hint: TLS_FILES };
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
  const { reason, hint } = explain(code, endpoint);
  const cause: EngineErrorCause = {
    message: error.message,
    code,
    ...(isNotConnected(error) && { notConnected: true }),
  };
  // The messages of TLS and SSH are more precise than their codes.
  const detail = TLS_CODE.test(code) || code === "SSH" ? ` (${error.message})` : "";
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
