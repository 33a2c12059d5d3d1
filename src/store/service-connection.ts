import type { DataSource } from "typeorm";
import { dialectOf, type OwnClient } from "../dialect/index.js";
import { ServiceConnection } from "../loop/service-connection.js";
import { getOrInsert } from "../util/get-or-insert.js";
import { settingsOf } from "./settings.js";

const connections = new WeakMap<DataSource, ServiceConnection<OwnClient>>();

/** The service connection of a DataSource: one for all its classes. */
export function serviceConnectionOf(dataSource: DataSource): ServiceConnection<OwnClient> {
  return getOrInsert(connections, dataSource, () => {
    const dialect = dialectOf(dataSource);
    return new ServiceConnection({
      open: (patience) => dialect.openOwnClient(dataSource, Math.min(patience, settingsOf(dataSource).connectionTimeout)),
      close: dialect.closeOwnClient,
    });
  });
}
