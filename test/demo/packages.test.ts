import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { findPackages, projectFolder } from "../../examples/demo/packages.js";
import { useNodeModules } from "./made-packages.js";

describe("the demo's search for packages", () => {
  const modules = useNodeModules();

  it("finds plain, scoped and nested ones, and no hidden folders, files or links", () => {
    const packages = ["a", "a/node_modules/b", "a/node_modules/@s/c", "@s/d", "@s/d/node_modules/a"];
    modules.write(Object.fromEntries([...packages, ".bin", ".cache/x"].map((path) => [`${path}/file`, ""])));
    modules.write({ ".package-lock.json": "{}" });
    symlinkSync(join(modules.folder, "a"), join(modules.folder, "linked"));
    expect(findPackages(modules.folder)).to.have.members(packages);
  });

  it("finds one without a manifest: its job is to fail", () => {
    modules.write({ "empty/readme": "" });
    expect(findPackages(modules.folder)).to.deep.equal(["empty"]);
  });

  it("knows its own project", () => {
    expect(existsSync(join(projectFolder, "node_modules", "typeorm"))).to.equal(true);
  });
});
