/** A process that does what its test says, for the tests of the process harness itself. */
import { childMain } from "../support/child-main.js";

interface Word {
  readonly type: string;
  readonly text: string;
}

childMain<{ greeting: string }>(async ({ greeting }, channel) => {
  await channel.send({ type: "greeting", text: `${greeting} ${process.env.WHO ?? "nobody"}` } as Word);
  const { text } = await channel.message<Word>("say");
  if (text === "fail") throw new Error("told to fail");
  await channel.send({ type: "first", text } as Word);
  await channel.send({ type: "second", text } as Word);
});
