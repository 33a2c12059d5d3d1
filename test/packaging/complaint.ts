import { isAbsolute, relative } from "node:path";

/** `file(line): TS1234`, or `TS1234` for what is about no file; messages differ from release to release. */
export type Complaint = string;

/** Undefined for files of other packages: they lie outside the project. */
export function complaintAbout(folder: string, path: string | undefined, line: number, name: string): Complaint | undefined {
  if (path === undefined) return name;
  const inside = isAbsolute(path) ? relative(folder, path) : path;
  return inside.startsWith("..") || isAbsolute(inside) ? undefined : `${inside.replaceAll("\\", "/")}(${line}): ${name}`;
}
