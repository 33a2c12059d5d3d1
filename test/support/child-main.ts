import { Mailbox, type Message, type Wanted } from "./mailbox.js";

/** The child's side of the channel to the test that started it. */
export interface Channel {
  /** Resolves when the message is on its way, so that a process may be killed right after. */
  send(message: Message & object): Promise<void>;
  /** The next message of this type (or that matches), each handed out once. */
  message<M extends Message = Message>(wanted: Wanted): Promise<M>;
}

/**
 * The main function of a script that a test starts with `startProcess`; `args` is what the test gave it.
 * An error ends the process with code 1 and its stack on stderr. When `main` is done only its channel is closed: a process that
 * doesn't end by itself then has left something open.
 */
export function childMain<A>(main: (args: A, channel: Channel) => Promise<void>): void {
  const mailbox = new Mailbox();
  let done = false;
  process.on("message", (message) => mailbox.add(message as Message));
  process.on("disconnect", () => {
    // The test process is gone, killed perhaps: nobody else would end this one.
    if (!done) process.exit(1);
  });

  const channel: Channel = {
    send: (message) =>
      new Promise((resolve, reject) => process.send?.(message, (error: Error | null) => (error ? reject(error) : resolve()))),
    message: <M extends Message>(wanted: Wanted) => mailbox.take(wanted) as Promise<M>,
  };
  main(JSON.parse(process.argv[2] ?? "null") as A, channel).then(
    () => {
      done = true;
      if (process.connected) process.disconnect();
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () => process.exit(1));
    },
  );
}
