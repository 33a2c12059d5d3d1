/** What compiles, with the types it must have. `never` as the answer of `Is` doesn't compile. */
export const ACCEPTED = `
type IsAny<T> = 0 extends 1 & T ? true : false;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_Check extends true>(): void {}

is<Same<Started<IngestJob>["rows"], number | null>>();
is<Same<Started<IngestJob>["title"], string>>();
is<Same<Started<IngestJob>["id"], string>>();
is<Same<Started<IngestJob>["lock"], string>>();
is<Same<Started<Order>["no"], number>>();
is<Same<Started<IngestJob>["data"]["version"], number>>();

/** Properties that are \`any\`: there must be none. */
type Leaks<T> = { [K in keyof T]-?: IsAny<T[K]> extends true ? K : never }[keyof T];
is<Same<Leaks<Started<IngestJob>>, never>>();
is<Same<Leaks<Started<Order>>, never>>();
is<Same<Leaks<IngestJob>, never>>();
is<Same<Leaks<InstanceType<typeof Order>>, never>>();
is<Same<Leaks<typeof IngestJob>, never>>();
is<Same<Leaks<Started<IngestJob>["updates"]>, never>>();

export async function use(): Promise<void> {
  job.updates.set("rows", 42);
  job.updates.set("rows", null);
  job.updates.set({ rows: 1, title: "x", priority: 2 });
  job.updates.set("data", { url: "", version: 1 });
  job.updates.set("data", { ...job.data, tags: [...(job.data.tags ?? []), "x"], version: job.data.version + 1 });
  job.updates.set("data", { ...job.data, version: 3 });
  job.updates.set({ data: job.data });
  job.updates.merge("data", { tags: job.data.tags ?? [] });
  job.updates.merge("data", { version: 2 });
  job.updates.write(async (tx) => tx.insert(Order, { tenant: "t", no: 1 }));
  order.updates.set({ total: 5 });
  const text: string = job.describe();

  const made: IngestJob | null = await IngestJob.enqueue({ id: "x", data: { url: "", version: 0 }, delay: "5m", rows: 1 });
  const many: IngestJob[] = await IngestJob.enqueue([{ data: { url: "", version: 0 } }, {}], { onConflict: "ignore" });
  const result: number | undefined = await IngestJob.run("x", async (started) => started.data.version, { timeout: "1m" });
  await IngestJob.run({ id: "x" }, (started) => started.release({ delay: 5 }), { skipError: true });
  await using maybe = await IngestJob.tryStart("x", { create: { data: { url: "", version: 0 } } });
  await maybe?.succeed();
  {
    await using started = await Order.start({ tenant: "t", no: 1 }, { expire: "5m", startableFrom: ["succeeded", 50] });
    is<Same<(typeof started)["total"], number | null>>();
    await started.extend("10m");
    await started.fail(new Error("no"));
  }
  await Doc.run("x", (doc) => void doc.step, { step: "parse" });
  const found: Order[] = await Order.findByStatus(["failed", 50], { order: "newest", limit: 5 });
  await Order.rerun({ where: { total: null, tenant: "t" }, status: "failed", olderThan: "1h" });
  await Order.cancel({ keys: [{ tenant: "t", no: 1 }] });
  await IngestJob.purge({ status: ["succeeded", "ignored"], olderThan: "30d" });
  await IngestJob.rerun({ all: true });
  const own: IngestJob[] = await IngestJob.findBy({ status: 30, title: "x" });
  const repository = jobs(IngestJob, undefined as never);
  await repository.run("x", (started) => started.updates.set("rows", 1));
  const counts = await IngestJob.countByStatus();
  is<Same<(typeof counts)["failed"], number>>();
  const byStep: Record<string, { failed: number }> = await Doc.countByStatus({ by: "step" });
  void [text, made, many, result, found, own, byStep];
}
`;
