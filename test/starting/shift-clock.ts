/** Preloaded into a process: its clock is off by `CLOCK_SHIFT_MS` milliseconds, as that of a machine set wrongly. */
const shift = Number(process.env.CLOCK_SHIFT_MS);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + shift] : args, newTarget) as object,
  get: (target, property, receiver) =>
    property === "now" ? () => RealDate.now() + shift : (Reflect.get(target, property, receiver) as unknown),
});

export {};
