/** The two clocks of a process, in milliseconds. */
export interface Clocks {
  /** Never goes back, but may stand still while the machine sleeps. */
  monotonic(): number;
  /** Time of day: goes on during sleep, but may be set back or forth. */
  wall(): number;
}

/** One moment on both clocks. */
export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

export const systemClocks: Clocks = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
};

/** This moment. */
export function now(clocks: Clocks): Instant {
  return { monotonic: clocks.monotonic(), wall: clocks.wall() };
}
