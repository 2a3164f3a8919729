import type { SshEndpoint } from "../endpoint/endpoint.js";
import type { Explanation } from "./explanation.js";

/** The error of a connection through `ssh`. */
export interface SshError extends NodeJS.ErrnoException {
  /** The end of what `ssh` and the remote command wrote to stderr, without secrets. */
  output?: string;
}

interface Cause {
  pattern: RegExp;
  explain: (host: { login: string; knownAs: string }) => Explanation;
}

/** In this order: a changed host key, for example, also prints the text of an unknown one. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /spawn ssh ENOENT/,
    explain: () => ({
      reason: "there is no ssh program in the PATH",
      hint: "Install the OpenSSH client, e.g. `sudo apt-get install openssh-client`, or use a tcp:// address with TLS.",
    }),
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    explain: ({ knownAs }) => ({
      reason: `the host key of ${knownAs} differs from the one in known_hosts`,
      hint: `Ask the host's administrator whether its key was replaced. Only then run \`ssh-keygen -R '${knownAs}'\`, and ssh to it once.`,
    }),
  },
  {
    pattern: /Host key verification failed|host key is known/,
    explain: ({ login, knownAs }) => ({
      reason: `the host key of ${knownAs} is not known`,
      hint: `Run \`ssh ${login}\` once by hand, compare the fingerprint, and accept the key.`,
    }),
  },
  {
    pattern: /Permission denied \(|Too many authentication failures|Permission denied, please try again/,
    explain: ({ login }) => ({
      reason: "the host rejected the login",
      hint: `Check the user and the key with \`ssh -v ${login}\`. The host needs your public key in ~/.ssh/authorized_keys.`,
    }),
  },
  {
    pattern: /Could not resolve hostname/,
    explain: () => ({
      reason: "unknown host name",
      hint: "Check the address, ~/.ssh/config and this machine's DNS settings.",
    }),
  },
  {
    pattern: /connect to host |Connection (?:timed out|refused)|No route to host|banner exchange/,
    explain: ({ login }) => ({
      reason: "the host is unreachable by SSH",
      hint: `Check the address, the port and firewalls with \`ssh -v ${login}\`, and that an SSH server runs there.`,
    }),
  },
  {
    pattern: /docker: (?:command )?not found|command not found: docker|docker: No such file|Unknown command: docker/,
    explain: () => ({
      reason: "there is no docker command on that host",
      hint: "Install Docker there, or put the docker command into the PATH of commands without a login shell.",
    }),
  },
  {
    pattern: /is not a docker command|unknown command/,
    explain: () => ({
      reason: "the docker command on that host has no `docker system dial-stdio`",
      hint: "Install Docker 18.09 or later there.",
    }),
  },
  {
    pattern: /permission denied/,
    explain: () => ({
      reason: "the user may not use the engine on that host",
      hint: "Add the user to the docker group there (`sudo usermod -aG docker <user>`).",
    }),
  },
  {
    pattern: /failed to open the raw stream connection|Cannot connect to the Docker daemon|dial unix/,
    explain: () => ({
      reason: "the engine on that host does not answer",
      hint: "Start Docker there (`sudo systemctl start docker`), or correct the socket at the end of the address.",
    }),
  },
];

/** The reason for a failed connection through `ssh`, from its output. */
export function explainSsh({ output, message }: SshError, { hostname, port, user }: SshEndpoint): Explanation {
  const text = `${message}\n${output ?? ""}`;
  const login = `${port === undefined ? "" : `-p ${port} `}${user === undefined ? "" : `${user}@`}${hostname}`;
  const knownAs = port === undefined || port === 22 ? hostname : `[${hostname}]:${port}`;
  const cause = CAUSES.find(({ pattern }) => pattern.test(text))?.explain({ login, knownAs });
  return {
    reason: `the SSH connection failed${cause === undefined ? "" : `: ${cause.reason}`}`,
    hint:
      cause?.hint ??
      `Run \`ssh ${login} docker version\` by hand. The remote user needs the docker command and access to its engine.`,
  };
}
