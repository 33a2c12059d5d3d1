import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A temporary node_modules folder for the tests of the `describe` it is called in. */
export function useNodeModules(): { readonly folder: string; write(files: Readonly<Record<string, string>>): void } {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "demo-packages-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return {
    get folder() {
      return folder;
    },
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    },
  };
}
