import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

const run = promisify(execFile);

const MAINTAINER = "OpenFactory <openfactory@users.noreply.github.com>";
const HOMEPAGE = "https://github.com/openfactoryio/openfactory-deploy";

/** Findings of lintian that follow from Node's binary, which contains its libraries. */
const OVERRIDES = [
  "embedded-library",
  "hardening-no-pie",
  "unstripped-binary-or-object",
  "shared-library-lacks-prerequisites",
];

/**
 * Writes a Debian package with the executable, its manual page and the completions of bash, zsh and fish. Needs dpkg-deb,
 * but not root.
 * @param files `{executable, manual, license, completions: {bash, zsh, fish}}`, texts except for the path of the executable.
 * @param date of all files, so that the same input gives the same package.
 */
export async function writeDebianPackage({ files, version, architecture, date, work, output }) {
  await rm(work, { recursive: true, force: true });
  const add = async (path, content, mode = 0o644) => {
    const file = join(work, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode);
  };
  const zip = (text) => gzipSync(text, { level: 9 });
  const executable = join(work, "usr/bin/ofdeploy");
  await mkdir(dirname(executable), { recursive: true });
  await copyFile(files.executable, executable);
  await chmod(executable, 0o755);
  await add("usr/share/man/man1/ofdeploy.1.gz", zip(files.manual));
  await add("usr/share/bash-completion/completions/ofdeploy", files.completions.bash);
  await add("usr/share/zsh/vendor-completions/_ofdeploy", files.completions.zsh);
  await add("usr/share/fish/vendor_completions.d/ofdeploy.fish", files.completions.fish);
  await add("usr/share/doc/ofdeploy/copyright", copyright(files.license));
  await add("usr/share/doc/ofdeploy/changelog.gz", zip(changelog(version, date)));
  await add("usr/share/lintian/overrides/ofdeploy", OVERRIDES.map((tag) => `ofdeploy: ${tag} *\n`).join(""));
  await add("DEBIAN/control", control({ version, architecture, kibibytes: Math.ceil((await bytesIn(work)) / 1024) }));
  await openFolders(work);
  await run("dpkg-deb", ["--root-owner-group", "-Zxz", "-z3", "--build", work, output], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(date.getTime() / 1000) },
  });
}

const control = ({ version, architecture, kibibytes }) => `Package: ofdeploy
Version: ${version}
Section: admin
Priority: optional
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${kibibytes}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 10)
Recommends: ca-certificates
Suggests: docker.io, openssh-client
Homepage: ${HOMEPAGE}
Description: deploys OpenFactory apps to Docker, Podman and Docker Swarm
 ofdeploy deploys the apps and devices of OpenFactory files to a Docker
 Engine, to Podman, or to a Docker Swarm. It checks everything before it
 changes anything, and rolls back a failed run.
 .
 The package contains its own copy of Node.js.
`;

const changelog = (version, date) => `ofdeploy (${version}) unstable; urgency=medium

  * See ${HOMEPAGE}/blob/main/apps/cli/CHANGELOG.md

 -- ${MAINTAINER}  ${date.toUTCString().replace("GMT", "+0000")}
`;

const copyright = (license) => `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ofdeploy
Source: ${HOMEPAGE}
Comment: usr/bin/ofdeploy contains Node.js; see https://github.com/nodejs/node/blob/main/LICENSE

Files: *
Copyright: ${/^Copyright(?: \(c\))? (.*)$/m.exec(license)?.[1] ?? "OpenFactory"}
License: Expat
${license
  .replace(/^[^]*?(?=Permission is hereby)/, "")
  .trim()
  .split("\n")
  .map((line) => ` ${line === "" ? "." : line}`)
  .join("\n")}
`;

async function bytesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Folders that everyone can enter, whatever the umask. */
async function openFolders(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  await Promise.all([folder, ...folders].map((path) => chmod(path, 0o755)));
}
