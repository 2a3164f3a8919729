import { DeploymentError } from "@openfactory/deploy-core";
import type { ResolvedEndpoint } from "../endpoint/endpoint.js";
import type { EngineFault } from "./engine-error.js";

interface Explanation {
  what: string;
  hint: string;
}

const START = "Start Docker there, or name another engine with --host, --context or DOCKER_HOST.";
const TLS_FILES = "Check DOCKER_CERT_PATH (or the context's TLS files) and DOCKER_TLS_VERIFY.";

const BY_CODE: Readonly<Record<string, Explanation>> = {
  ENOENT: {
    what: "there is no such socket",
    hint: "Start Docker, or name the engine with --host, --context or DOCKER_HOST.",
  },
  EACCES: {
    what: "this user may not open the socket",
    hint: "Add the user to the docker group (sudo usermod -aG docker $USER) and log in again, or use rootless Docker.",
  },
  ECONNREFUSED: { what: "the connection was refused", hint: START },
  ENOTFOUND: { what: "the host name is not known", hint: "Check the address, and the name service of this machine." },
  EAI_AGAIN: { what: "the name service does not answer", hint: "Check the address, and the network of this machine." },
  EHOSTUNREACH: { what: "the host can't be reached", hint: "Check the address and the network." },
  ENETUNREACH: { what: "its network can't be reached", hint: "Check the address and the network." },
  ETIMEDOUT: { what: "the host does not answer", hint: "Check the address, the network and firewalls." },
  ECONNRESET: {
    what: "the connection broke off before the answer was whole",
    hint: "See whether the engine still runs, and look into its log.",
  },
  REDIRECT: {
    what: "what answers there sends elsewhere, as no engine does",
    hint: "Check the address, and proxies on the way.",
  },
  SSH: {
    what: "SSH could not reach it",
    hint: "Try the same with ssh by hand; the remote side needs the docker command and the right to use its engine.",
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
  if (TLS_CODE.test(code)) return { what: "the TLS connection failed", hint: TLS_FILES };
  if (code.startsWith("HPE_")) {
    return {
      what: "what answers there does not speak HTTP",
      hint:
        endpoint.kind === "tcp" && endpoint.tls === undefined
          ? "If it is a port with TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH."
          : "Check the address.",
    };
  }
  const known = BY_CODE[ALIASES[code] ?? code];
  return known ?? { what: "the connection failed", hint: START };
}

/** The system's code of an error; `ECONNRESET` also where Node has an own one for it. */
export function faultCode(error: NodeJS.ErrnoException): string {
  if (error.code === "ERR_STREAM_PREMATURE_CLOSE") return "ECONNRESET";
  return error.code ?? "UNKNOWN";
}

/** The error for a connection that could not be made, or that broke. Its code is always `ENGINE_UNREACHABLE`. */
export function connectionError(error: NodeJS.ErrnoException, endpoint: ResolvedEndpoint): DeploymentError {
  const code = faultCode(error);
  const { what, hint } = explain(code, endpoint);
  const fault: EngineFault = { message: error.message, code };
  // What TLS or SSH say of themselves tells more than any code.
  const detail = TLS_CODE.test(code) || code === "SSH" ? ` (${error.message})` : "";
  const place = `${endpoint.host} (${endpoint.source})`;
  return new DeploymentError("ENGINE_UNREACHABLE", `No Docker Engine at ${place}: ${what}${detail}.`, {
    hint,
    cause: fault,
  });
}
