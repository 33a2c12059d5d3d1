import { chownSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOpenToAll, isRunnable } from "./access.js";
import { type Account, serverAccount } from "./account.js";
import { copyBinaries } from "./private-copy.js";

/** Where and as whom one server runs. All it writes is in `folder`. */
export interface Workplace {
  readonly folder: string;
  readonly account: Account | undefined;
}

/** Makes the temporary folder of a server, readable by its account only. */
export function openWorkplace(): Workplace {
  const account = serverAccount();
  // Root may have a temporary folder of its own, which another account can't enter.
  const parent = account === undefined || isOpenToAll(tmpdir()) ? tmpdir() : "/tmp";
  const folder = mkdtempSync(join(parent, "typeorm-jobs-"));
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  return { folder, account };
}

/** The folder to run PostgreSQL from: where it was installed, or a copy when the account couldn't run it there. */
export function binariesFor({ folder, account }: Workplace, native: string): string {
  const inPlace = isRunnable(native) && (account === undefined || isOpenToAll(join(native, "bin")));
  return inPlace ? native : copyBinaries(native, folder);
}
