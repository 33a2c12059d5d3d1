import { InvalidOptionError, InvalidUpdateError } from "../error/index.js";
import { type Assignment, assignmentsOf, embeddedFault, isAutomatic, isManaged, writableNames } from "../table/columns.js";
import type { JobTable } from "../table/job-table.js";

/**
 * The columns behind a property that a user gives a value for, each checked against what it can hold.
 *
 * @throws InvalidUpdateError for managed, automatic and unknown columns and for values that don't fit
 * @throws InvalidDataError for a value that JSON can't hold, with its path
 */
export function checkedAssignments(table: JobTable, property: string, value: unknown, where: string): Assignment[] {
  const context = table.context();
  if (isManaged(property)) throw new InvalidUpdateError(property, "the library alone writes this column", context);
  const assignments = assignmentsOf(table.metadata, property, value);
  if (!assignments)
    throw InvalidOptionError.unknown(property, writableNames(table.metadata), `${table.name} ${where}`, context);
  const fault =
    value === undefined ? "undefined is no value: use null, or leave it out" : embeddedFault(table.metadata, property, value);
  if (fault !== undefined) throw new InvalidUpdateError(property, fault, context);
  for (const { column, value: given } of assignments) {
    if (isAutomatic(column))
      throw new InvalidUpdateError(column.propertyPath, "this column is written by TypeORM or the database", context);
    const why = table.dialect.checkValue(column, given);
    if (why) throw new InvalidUpdateError(column.propertyPath, why, context);
  }
  return assignments;
}
