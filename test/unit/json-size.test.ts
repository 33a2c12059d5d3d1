import { expect } from "chai";
import { cutToSize, fits, jsonSize, shorten, shortenMiddle } from "../../src/failure/json-size.js";
import { isSafeText } from "../../src/util/safe-text.js";

describe("sizes in JSON", () => {
  const texts = [
    "",
    "abc",
    "é一😀".repeat(30),
    '"\\\n\t'.repeat(30),
    "\u0001".repeat(100),
    "\0\ud800x".repeat(40),
    "\ude00\ud83d".repeat(40),
  ];

  it("counts what escaping adds", () => {
    expect(jsonSize("abc")).to.equal(3);
    expect(jsonSize('"\n\u0001é😀')).to.equal(2 + 2 + 6 + 2 + 4);
  });

  it("never gives more than there is room for, and only what can be stored, for every room", () => {
    for (const text of texts) {
      for (let room = -5; room < 300; room++) {
        for (const cut of [cutToSize, shorten, shortenMiddle]) {
          const kept = cut(text, room);
          expect(isSafeText(kept)).to.equal(true);
          if (room >= 3) expect(jsonSize(kept), `${cut.name} ${JSON.stringify(text)} ${room}`).to.be.at.most(room);
          if (fits(text, room)) expect(kept.length).to.equal(text.length);
        }
      }
    }
  });

  it("keeps the start, or the start and the end", () => {
    expect(cutToSize("abcdef", 3)).to.equal("abc");
    expect(shorten("abcdef".repeat(10), 40)).to.match(/^abcdef.* … \d+ bytes cut …$/);
    expect(shortenMiddle("abcdef".repeat(10), 20)).to.match(/^abcdef….*abcdef$/);
  });
});
