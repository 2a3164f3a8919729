import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

const run = promisify(execFile);

/** The packages of Debian with the libraries that Node's binary loads, and the certificates of public authorities. */
const PACKAGES = ["libc6", "libgcc-s1", "libstdc++6", "ca-certificates"];
/** The files of these packages that the image has. */
const LIBRARIES = /^(?:ld-linux.*|libc|libm|libdl|libpthread|libgcc_s|libstdc\+\+)\.so[.\d]*$/;

/**
 * Writes an image with the executable, the libraries that it loads, and certificates: no shell, no package manager. The
 * archive is an OCI layout that `docker load` of any version accepts too. Needs apt-get and dpkg-deb, but not root.
 * @param date of all files, so that the same input gives the same image.
 */
export async function writeImage({ executable, version, architecture, date, work, output }) {
  await rm(work, { recursive: true, force: true });
  const [root, layout] = [join(work, "root"), join(work, "layout")];
  await writeRoot(root, executable, join(work, "packages"));
  const blobs = join(layout, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const add = async (content, mediaType) => {
    const digest = sha256(content);
    await writeFile(join(blobs, digest), content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  };

  const layerTar = join(work, "layer.tar");
  await writeTar(root, layerTar, date);
  const layerContent = await readFile(layerTar);
  const layer = await add(gzipSync(layerContent, { level: 6 }), "application/vnd.oci.image.layer.v1.tar+gzip");
  const config = await add(
    json({
      created: date.toISOString(),
      architecture,
      os: "linux",
      config: {
        Entrypoint: ["/usr/bin/ofdeploy"],
        WorkingDir: "/work",
        Env: ["PATH=/usr/bin", "HOME=/root", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
        Labels: {
          "org.opencontainers.image.title": "ofdeploy",
          "org.opencontainers.image.version": version,
          "org.opencontainers.image.licenses": "MIT",
          "org.opencontainers.image.source": "https://github.com/openfactoryio/openfactory-deploy",
        },
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layerContent)}`] },
      history: [{ created: date.toISOString(), created_by: "ofdeploy release" }],
    }),
    "application/vnd.oci.image.config.v1+json",
  );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = await add(json({ schemaVersion: 2, mediaType, config, layers: [layer] }), mediaType);
  const tag = `ofdeploy:${version}`;
  const annotations = {
    "io.containerd.image.name": `docker.io/library/${tag}`,
    "org.opencontainers.image.ref.name": version,
  };
  const manifests = [{ ...manifest, annotations, platform: { architecture, os: "linux" } }];
  await writeFile(join(layout, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  await writeFile(join(layout, "index.json"), json({ schemaVersion: 2, manifests }));
  // Read by `docker load` of engines that do not know OCI layouts.
  const path = ({ digest }) => `blobs/sha256/${digest.slice("sha256:".length)}`;
  await writeFile(
    join(layout, "manifest.json"),
    json([{ Config: path(config), RepoTags: [tag], Layers: [path(layer)] }]),
  );
  await writeTar(layout, output, date);
}

async function writeRoot(root, executable, downloads) {
  await mkdir(downloads, { recursive: true });
  await run("apt-get", ["download", ...PACKAGES], { cwd: downloads });
  const unpacked = join(downloads, "unpacked");
  for (const file of await readdir(downloads)) {
    if (file.endsWith(".deb")) await run("dpkg-deb", ["--extract", join(downloads, file), unpacked]);
  }
  const files = (await readdir(unpacked, { recursive: true, withFileTypes: true })).filter(
    (entry) => !entry.isDirectory(),
  );
  for (const { parentPath, name } of files.filter((entry) => LIBRARIES.test(entry.name))) {
    const folder = join(root, parentPath.slice(unpacked.length));
    await mkdir(folder, { recursive: true });
    await cp(join(parentPath, name), join(folder, name), { verbatimSymlinks: true });
  }
  const authorities = files.filter(
    ({ name, parentPath }) => name.endsWith(".crt") && /ca-certificates/.test(parentPath),
  );
  const certificates = await Promise.all(
    authorities.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")),
  );
  for (const folder of ["etc/ssl/certs", "usr/bin", "root", "tmp", "work"])
    await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "etc/ssl/certs/ca-certificates.crt"), certificates.sort().join(""));
  await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/usr/bin/ofdeploy\n");
  await cp(executable, join(root, "usr/bin/ofdeploy"));
}

/** Writes a tar whose bytes depend on the content only. */
async function writeTar(folder, file, date) {
  const owner = ["--owner=0", "--group=0", "--numeric-owner"];
  const order = ["--sort=name", `--mtime=@${date.getTime() / 1000}`, "--format=gnu", "--mode=u+rwX,go+rX,go-w"];
  const names = (await readdir(folder)).sort();
  await run("tar", ["-cf", file, ...owner, ...order, "-C", folder, ...names]);
}

const sha256 = (content) => createHash("sha256").update(content).digest("hex");

const json = (value) => Buffer.from(JSON.stringify(value));
