import type { SelectQueryBuilder } from "typeorm";
import { PackageJob } from "./package-job.js";
import { clip, megabytes, paint, print, tell } from "./terminal.js";

/** Prints what the jobs have found out. All of it comes from TypeORM's own queries: a job is a row of the user's table. */
export async function showReport(): Promise<void> {
  const [all] = await grouped("'all'");
  if (all === undefined) return;
  const [largest, typed, licences, processes] = await Promise.all([
    succeeded().orderBy("job.bytes", "DESC").limit(5).getMany(),
    succeeded().andWhere("job.types").getCount(),
    grouped("job.licence"),
    grouped("job.inspectedBy"),
  ]);

  tell("Packages", `${all.packages}, of ${all.files} files and ${megabytes(all.bytes)}`);
  tell("Types", `${typed} packages come with TypeScript declarations, ${all.packages - typed} without`);
  tell("Done by", processes.map(({ name, packages }) => `${name}: ${packages}`).join(", "));
  print();
  print(paint("dim", `${"Licence".padEnd(28)}${"packages".padStart(9)}${"size".padStart(11)}   Largest packages`));
  for (let row = 0; row < Math.max(Math.min(licences.length, 8), largest.length); row++) {
    print(`${licenceCells(licences[row])}   ${packageCells(largest[row])}`.trimEnd());
  }
  print();
}

interface Group {
  name: string;
  packages: number;
  files: number;
  bytes: number;
}

function licenceCells(group: Group | undefined): string {
  if (group === undefined) return " ".repeat(48);
  const { name, packages, bytes } = group;
  return `${clip(name, 27).padEnd(28)}${String(packages).padStart(9)}${megabytes(bytes).padStart(11)}`;
}

function packageCells(job: PackageJob | undefined): string {
  return job ? `${megabytes(job.bytes ?? 0).padStart(9)}  ${clip(job.id, 38)}` : "";
}

function succeeded(): SelectQueryBuilder<PackageJob> {
  return PackageJob.createQueryBuilder("job").where("job.finishedAt IS NOT NULL AND job.licence IS NOT NULL");
}

async function grouped(expression: string): Promise<Group[]> {
  return succeeded()
    .select(expression, "name")
    .addSelect("count(*)::int", "packages")
    .addSelect("sum(job.files)::int", "files")
    .addSelect("sum(job.bytes)::float8", "bytes")
    .groupBy("1")
    .orderBy("packages", "DESC")
    .addOrderBy("name")
    .getRawMany<Group>();
}
