// Compiles from scratch: a file that was renamed must not live on in dist as an old twin that tests or the tarball pick up.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
const { status } = spawnSync(process.execPath, [join(typescript, "bin/tsc")], { stdio: "inherit" });
process.exit(status ?? 1);
