import { join } from "node:path";
import { expect } from "chai";
import { inspectPackage } from "../../examples/demo/inspect-package.js";
import type { LicenceRule } from "../../examples/demo/licence.js";
import { PackageError } from "../../examples/demo/package-error.js";
import { useNodeModules } from "./made-packages.js";

describe("the demo's inspection of a package", () => {
  const modules = useNodeModules();
  const inspect = (name: string, rule: LicenceRule = "strict") => inspectPackage(join(modules.folder, name), name, rule);

  it("counts the files and bytes of a scoped package, and none of those nested in it", async () => {
    const manifest = JSON.stringify({ name: "@a/b", version: "1.2.3", license: "MIT", main: "./lib/index.js" });
    modules.write({
      "@a/b/package.json": manifest,
      "@a/b/LICENSE.md": "text",
      "@a/b/lib/index.js": "12345",
      "@a/b/lib/index.d.ts": "",
      "@a/b/node_modules/c/package.json": "{}",
    });
    expect(await inspect("@a/b")).to.deep.equal({
      version: "1.2.3",
      licence: "MIT",
      files: 4,
      bytes: manifest.length + 9,
      types: true,
      entryPoints: ["lib/index.js"],
    });
  });

  it("finds each entry point once, however deep `exports` nests it", async () => {
    const exports = { ".": { import: "./a.mjs", require: { node: "./a.cjs", default: "./b.cjs" } }, "./x": ["./x.js", null] };
    write({ version: 7, license: "ISC", main: "a.cjs", bin: { p: "bin/p" }, exports });
    const { entryPoints, version, types } = await inspect("p");
    expect(entryPoints).to.deep.equal(["a.cjs", "a.mjs", "b.cjs", "bin/p", "x.js"]);
    expect({ version, types }).to.deep.equal({ version: null, types: false });
  });

  it("fails without a manifest, by both rules", async () => {
    modules.write({ "p/LICENSE": "" });
    await refuses("p", "NO_MANIFEST", "p has no package.json");
    await refuses("p", "NO_MANIFEST", "p has no package.json", "lenient");
  });

  it("fails of a manifest that is broken, and keeps why", async () => {
    modules.write({ "p/package.json": "{ name: ", "q/package.json": "[]" });
    const error = await refuses("p", "BROKEN_MANIFEST", "the package.json of p is no JSON");
    expect(error.cause).to.be.instanceOf(SyntaxError);
    await refuses("q", "BROKEN_MANIFEST", "the package.json of q holds no object");
  });

  for (const [form, manifest] of Object.entries({
    "an object": { license: { type: "BSD", url: "https://example.org" } },
    "a list of objects": { licenses: [{ type: "BSD" }, {}] },
  })) {
    it(`takes a licence that is ${form}, as old packages have it`, async () => {
      write(manifest);
      expect(await inspect("p")).to.have.property("licence", "BSD");
    });
  }

  it("fails without a licence in the manifest; leniently, reads it from its text", async () => {
    for (const manifest of [{}, { license: "" }, { license: null }, { license: "UNLICENSED" }, { license: 7 }]) {
      write(manifest, "Permission is hereby granted, free of charge, to any person");
      await refuses("p", "NO_LICENCE", "p names no licence in its package.json");
      expect(await inspect("p", "lenient")).to.have.property("licence", "MIT");
    }
    write({}, "Do what you want");
    expect(await inspect("p", "lenient")).to.have.property("licence", "UNKNOWN");
  });

  it("fails without a licence text; leniently, takes the manifest's word, or none", async () => {
    const others = { "p/license.js": "", "p/docs/LICENSE": "" };
    modules.write({ ...others, "p/package.json": '{ "license": "MIT" }', "q/package.json": "{}" });
    await refuses("p", "NO_LICENCE_TEXT", "p says it is MIT, but has no licence file");
    expect(await inspect("p", "lenient")).to.have.property("licence", "MIT");
    expect(await inspect("q", "lenient")).to.have.property("licence", "UNKNOWN");
  });

  for (const file of ["LICENSE", "licence.txt", "MIT-LICENSE.txt", "LICENSE-MIT", "COPYING", "UNLICENSE"]) {
    it(`takes ${file} for a licence text`, async () => {
      modules.write({ "p/package.json": '{ "license": "MIT" }', [`p/${file}`]: "" });
      expect(await inspect("p")).to.have.property("files", 2);
    });
  }

  function write(manifest: object, licence = ""): void {
    modules.write({ "p/package.json": JSON.stringify(manifest), "p/LICENSE": licence });
  }

  async function refuses(name: string, code: string, message: string, rule?: LicenceRule): Promise<PackageError> {
    const error = await inspect(name, rule).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(PackageError).and.to.include({ code, message });
    return error as PackageError;
  }
});
