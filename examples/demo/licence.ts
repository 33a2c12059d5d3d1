import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "./manifest.js";
import { PackageError } from "./package-error.js";

/**
 * What a package must show.
 * - `strict`: a licence in its manifest and the text of it among its files. MIT, BSD, ISC and Apache all ask for that text in every
 *   copy, so who passes a package on without it breaks its licence.
 * - `lenient`: one of the two will do; without both the licence is recorded as UNKNOWN.
 */
export type LicenceRule = "strict" | "lenient";

/** @throws PackageError where the strict rule is broken */
export async function findLicence(
  folder: string,
  name: string,
  manifest: Manifest,
  files: readonly string[],
  rule: LicenceRule,
) {
  const declared = declaredIn(manifest);
  const file = files.find((path) => isLicenceFile(path));
  if (rule === "lenient") return declared ?? (file ? guess(await readFile(join(folder, file), "utf8")) : "UNKNOWN");
  if (!declared) throw new PackageError("NO_LICENCE", `${name} names no licence in its package.json`);
  if (!file) throw new PackageError("NO_LICENCE_TEXT", `${name} says it is ${declared}, but has no licence file`);
  return declared;
}

/** LICENSE, licence.md, MIT-LICENSE.txt, COPYING: at the top, and no code. */
function isLicenceFile(path: string): boolean {
  return /^(\w+-)?(un)?licen[cs]e|^copying/i.test(path) && !/[/\\]|\.[cm]?[jt]s$/.test(path);
}

/** Today `license` is an SPDX expression. Old packages have an object, or a list of them under `licenses`. */
function declaredIn({ license, licenses }: Manifest): string | undefined {
  const all = [license, licenses].flat().flatMap((entry: unknown) => {
    const type = typeof entry === "object" && entry !== null ? (entry as { type?: unknown }).type : entry;
    return typeof type === "string" && type.trim() !== "" ? [type.trim()] : [];
  });
  const isLicence = all.length > 0 && !all.includes("UNLICENSED");
  return isLicence ? all.join(" OR ") : undefined;
}

function guess(text: string): string {
  if (/Permission is hereby granted, free of charge/.test(text)) return "MIT";
  if (/Apache License\s+Version 2\.0/.test(text)) return "Apache-2.0";
  if (/Permission to use, copy, modify, and\/or distribute/.test(text)) return "ISC";
  return "UNKNOWN";
}
