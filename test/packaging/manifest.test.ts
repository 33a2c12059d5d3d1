import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Manifest } from "./packed.js";
import { repository, scratchFolder } from "./packed.js";
import { outputOf } from "./run-program.js";

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly integrity?: string; readonly link?: true }>
  >;
}

const read = (name: string) => readFileSync(join(repository, name), "utf8");

describe("package.json and its lock file", () => {
  const manifest = JSON.parse(read("package.json")) as Manifest;
  let folder: string;

  before(() => {
    folder = scratchFolder();
    for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(repository, name), join(folder, name));
  });

  it("says what npm and its users look for", () => {
    expect(manifest).to.include({ name: "typeorm-jobs", type: "module", license: "MIT" });
    expect(manifest.version).to.match(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    expect(read("LICENSE")).to.match(/^MIT License\n/);
  });

  it("asks for a Node where CommonJS can require it", () => {
    // `require` of ESM needs no flag from these on.
    const first: Readonly<Record<string, number>> = { 20: 19, 22: 12 };
    const versions = [...manifest.engines.node.matchAll(/(\d+)\.(\d+)\.\d+/g)];
    expect(versions).not.to.be.empty;
    for (const [version, major = "", minor] of versions) expect(Number(minor), version).to.be.at.least(first[major] ?? 0);
  });

  it("leaves to the application what it must have one copy of", () => {
    expect(manifest.peerDependencies).to.include.keys("typeorm", "reflect-metadata", "class-validator", "pg");
    expect(manifest.dependencies).not.to.have.any.keys(Object.keys(manifest.peerDependencies));
    expect(Object.keys(manifest.peerDependencies)).to.include.members(Object.keys(manifest.peerDependenciesMeta));
  });

  it("is in step with the lock file: npm ci would install", async () => {
    // Offline: whatever the lock file left open would have to be asked for.
    await outputOf("npm", ["ci", "--dry-run", "--offline", "--ignore-scripts"], { cwd: folder });
  });

  it("has no dependency that its lock file leaves unmet", async () => {
    const tree = JSON.parse(await outputOf("npm", ["ls", "--all", "--package-lock-only", "--json"], { cwd: folder })) as {
      problems?: string[];
    };
    expect(tree.problems ?? []).to.deep.equal([]);
  });

  it("names no registry in the lock file, and vouches for each package by its hash", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as Lock;
    const installed = Object.entries(packages).filter(([path]) => path !== "");
    expect(installed).not.to.be.empty;
    for (const [path, { resolved, integrity, link }] of installed) {
      expect(resolved, path).to.equal(undefined);
      expect(link, path).to.equal(undefined);
      expect(integrity, path).to.match(/^sha512-/);
    }
  });
});
